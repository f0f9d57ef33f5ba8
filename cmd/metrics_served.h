// SPDX-License-Identifier: Apache-2.0
// Figures of a run, served to Prometheus while it goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "metrics/endpoint.h"
#include "migrator/progress.h"

namespace wisp::cmd {

/// Listens there from here on; null if `listen` is empty. Throws std::runtime_error with a sentence
/// for the operator.
[[nodiscard]] std::unique_ptr<metrics::Endpoint> serve_metrics(const std::string& listen);

/// Shows a run's figures while it lives; `endpoint` may be null.
class Shown {
  public:
    Shown(metrics::Endpoint* endpoint, std::function<migrator::ProgressSnapshot()> snapshot);
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;
    ~Shown();

  private:
    metrics::Endpoint* endpoint_;
};

}  // namespace wisp::cmd
