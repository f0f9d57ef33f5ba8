// SPDX-License-Identifier: Apache-2.0
// BoundedQueue: the one queue between streamer and applier. Bounded in bytes, blocking, stoppable.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace wisp {

/// First-in first-out, any number of threads on either side. The bound is in bytes as told by the
/// pusher; one item larger than the bound is let in when the queue is empty, so nothing is stuck.
template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    /// Blocks while the queue is full. False: stopped or closed, the item was not taken.
    bool push(T item, std::size_t bytes, std::stop_token stop) {
        std::unique_lock lock(mutex_);
        const bool room = room_.wait(
            lock, stop, [&] { return closed_ || bytes_ == 0 || bytes_ + bytes <= max_bytes_; });
        if (!room || closed_) return false;
        items_.emplace_back(std::move(item), bytes);
        bytes_ += bytes;
        filled_.notify_one();
        return true;
    }

    /// Blocks until there is an item, the queue is closed and empty, `limit` has passed, or stop.
    template <typename Duration>
    std::optional<T> pop(std::stop_token stop, Duration limit) {
        std::unique_lock lock(mutex_);
        filled_.wait_for(lock, stop, limit, [&] { return closed_ || !items_.empty(); });
        return take();
    }

    /// The next item if there is one now.
    std::optional<T> try_pop() {
        const std::scoped_lock lock(mutex_);
        return take();
    }

    /// No item is taken any more; what is inside can still be popped.
    void close() {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        room_.notify_all();
        filled_.notify_all();
    }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock lock(mutex_);
        return items_.size();
    }
    [[nodiscard]] std::size_t bytes() const {
        const std::scoped_lock lock(mutex_);
        return bytes_;
    }
    [[nodiscard]] std::size_t max_bytes() const { return max_bytes_; }

  private:
    std::optional<T> take() {
        if (items_.empty()) return std::nullopt;
        std::optional<T> item(std::move(items_.front().first));
        bytes_ -= items_.front().second;
        items_.pop_front();
        room_.notify_all();
        return item;
    }

    const std::size_t max_bytes_;
    mutable std::mutex mutex_;  // guards everything below
    std::condition_variable_any room_;
    std::condition_variable_any filled_;
    std::deque<std::pair<T, std::size_t>> items_;
    std::size_t bytes_ = 0;
    bool closed_ = false;
};

}  // namespace wisp
