// SPDX-License-Identifier: Apache-2.0
// Guarded<T>: a value that can be reached only under its lock.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace wisp {

/// A value behind a mutex. Any thread may call any member; callbacks run under the lock and must
/// not call back into the same Guarded.
template <typename T>
class Guarded {
  public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    /// Runs f(T&) under the lock and wakes everyone in wait().
    template <typename F>
    auto write(F&& f) {
        struct Wake {
            std::condition_variable_any& changed;
            ~Wake() { changed.notify_all(); }
        };
        const std::scoped_lock lock(mutex_);
        const Wake wake{changed_};
        return std::forward<F>(f)(value_);
    }

    /// Runs f(const T&) under the lock.
    template <typename F>
    auto read(F&& f) const {
        const std::scoped_lock lock(mutex_);
        return std::forward<F>(f)(value_);
    }

    [[nodiscard]] T copy() const {
        const std::scoped_lock lock(mutex_);
        return value_;
    }

    /// Blocks until condition(const T&) holds; false when the stop token ended the wait instead.
    template <typename Condition>
    bool wait(std::stop_token stop, Condition condition) const {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, stop, [&] { return condition(value_); });
    }

    /// As wait(), for at most `limit`; false as well when the time is over.
    template <typename Duration, typename Condition>
    bool wait_for(std::stop_token stop, Duration limit, Condition condition) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, stop, limit, [&] { return condition(value_); });
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    T value_{};
};

}  // namespace wisp
