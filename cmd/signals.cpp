// SPDX-License-Identifier: Apache-2.0
#include "cmd/signals.h"

#include <unistd.h>

#include <csignal>

#include "base/log.h"

namespace wisp::cmd {
namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

sigset_t block(sigset_t set) {
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

}  // namespace

Signals::Signals()
    : thread_("signals", [this, set = block(stop_signals())](const std::stop_token& stop) {
          // A short wait, so that the end of the process does not hang on a signal.
          constexpr timespec kPeriod{0, 100'000'000};
          while (!stop.stop_requested()) {
              const int signal = sigtimedwait(&set, nullptr, &kPeriod);
              if (signal < 0) continue;
              if (source_.stop_requested()) _exit(1);
              log::warn("signal {} received, stopping; once more ends at once", signal);
              source_.request_stop();
          }
      }) {}

Signals::~Signals() = default;

}  // namespace wisp::cmd
