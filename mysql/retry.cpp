// SPDX-License-Identifier: Apache-2.0
#include "mysql/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace wisp::mysql {

Backoff::Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, unsigned seed)
    : pause_(first), longest_(longest), random_(seed) {}

std::chrono::milliseconds Backoff::next() {
    const auto whole = std::min(pause_, longest_).count();
    pause_ = std::min(pause_ * 2, longest_);
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::chrono::milliseconds::rep>(whole / 2, whole)(random_));
}

bool pause(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mutex;  // guards nothing: only the wait is wanted
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace wisp::mysql
