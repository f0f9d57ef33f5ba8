// SPDX-License-Identifier: Apache-2.0
#include "cmd/metrics_served.h"

#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "cmd/metrics_sample.h"

namespace wisp::cmd {

std::unique_ptr<metrics::Endpoint> serve_metrics(const std::string& listen) {
    if (listen.empty()) return nullptr;
    try {
        auto endpoint = std::make_unique<metrics::Endpoint>(listen);
        log::info("metrics are served on port {}", endpoint->port());
        return endpoint;
    } catch (const std::exception& error) {
        throw std::runtime_error(std::string("--metrics-listen: ") + error.what() +
                                 "; nothing was touched");
    }
}

Shown::Shown(metrics::Endpoint* endpoint, std::function<migrator::ProgressSnapshot()> snapshot)
    : endpoint_(endpoint) {
    if (endpoint_ == nullptr) return;
    endpoint_->show([snapshot = std::move(snapshot)] { return metrics_sample(snapshot()); });
}

Shown::~Shown() {
    if (endpoint_ != nullptr) endpoint_->show({});
}

}  // namespace wisp::cmd
