// SPDX-License-Identifier: Apache-2.0
// Endpoint: serves a run's figures to Prometheus at http://HOST:PORT/metrics. Threads are
// prometheus-cpp's; a sample is taken with each scrape.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/expected.h"
#include "metrics/sample.h"

namespace wisp::metrics {

/// "HOST:PORT", "[::1]:9105", or "PORT" for 127.0.0.1; port 0 is any free one. Gives what the
/// server is to listen on, or fails with a sentence.
[[nodiscard]] Expected<std::string> parse_listen(const std::string& text);

class Endpoint {
  public:
    /// `listen` as parse_listen() gives it. Throws std::runtime_error if that cannot be had.
    explicit Endpoint(const std::string& listen);
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;
    /// Waits until no scrape is under way.
    ~Endpoint();

    /// From now on each scrape shows what `look` says; any thread calls it. Empty: no figures.
    void show(std::function<Sample()> look);
    [[nodiscard]] int port() const;

  private:
    class Collector;
    std::shared_ptr<Collector> collector_;
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace wisp::metrics
