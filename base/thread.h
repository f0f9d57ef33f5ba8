// SPDX-License-Identifier: Apache-2.0
// Thread: a named jthread that keeps the exception which ended it.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace wisp {

/// Runs body(stop_token) on its own thread. An exception that escapes the body is stored and
/// on_failure is called (on that thread, must not throw); rethrow() hands it to the joiner.
/// Destruction requests stop and joins.
class Thread {
  public:
    Thread(std::string name, std::function<void(std::stop_token)> body,
           std::function<void()> on_failure = {});
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread();

    void request_stop() { thread_.request_stop(); }
    /// Waits for the end; does not throw what the body threw.
    void join();
    /// After join(): throws what the body threw, if it did.
    void rethrow();

  private:
    std::exception_ptr failure_;  // written by the thread, read after join
    std::jthread thread_;
};

/// Stands still for `time`; false at once when stopped. For pacing only, never to await an event.
bool pause(const std::stop_token& stop, std::chrono::milliseconds time);

}  // namespace wisp
