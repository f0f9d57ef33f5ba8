// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace wisp {

Thread::Thread(std::string name, std::function<void(std::stop_token)> body,
               std::function<void()> on_failure)
    : thread_([this, name = std::move(name), body = std::move(body),
               on_failure = std::move(on_failure)](const std::stop_token& stop) {
          // The kernel takes 15 characters.
          pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
          try {
              body(stop);
          } catch (...) {
              failure_ = std::current_exception();
              if (on_failure) on_failure();
          }
      }) {}

Thread::~Thread() {
    thread_.request_stop();
    join();
}

void Thread::join() {
    if (thread_.joinable()) thread_.join();
}

void Thread::rethrow() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

bool pause(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace wisp
