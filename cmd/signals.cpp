// SPDX-License-Identifier: Apache-2.0
#include "cmd/signals.h"

#include <unistd.h>

#include <csignal>

#include "base/log.h"
#include "base/terminal_mode.h"

namespace wisp::cmd {
namespace {

sigset_t awaited() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

sigset_t block(sigset_t set) {
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

}  // namespace

Signals::Signals(Hangup hangup)
    : thread_("signals", [this, hangup, set = block(awaited())](const std::stop_token& stop) {
          // A short wait, so that the end of the process does not hang on a signal.
          constexpr timespec kPeriod{0, 100'000'000};
          while (!stop.stop_requested()) {
              const int signal = sigtimedwait(&set, nullptr, &kPeriod);
              if (signal < 0) continue;
              if (signal == SIGHUP && hangup == Hangup::kPassedOver) {
                  log::info("signal {} received, the run goes on; commands change its settings",
                            signal);
                  continue;
              }
              if (source_.stop_requested()) {
                  terminal::give_back();
                  _exit(1);
              }
              // First: what is said may wait for whoever reads it.
              source_.request_stop();
              log::warn("signal {} received, stopping; once more ends at once", signal);
          }
      }) {}

Signals::~Signals() = default;

}  // namespace wisp::cmd
