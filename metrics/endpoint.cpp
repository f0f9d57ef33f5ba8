// SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoint.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "base/guarded.h"
#include "metrics/families.h"

namespace wisp::metrics {

Expected<std::string> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    const std::string host = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
    const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
    std::uint16_t number = 0;
    const char* const end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data(), end, number);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (port.empty() || parsed.ec != std::errc{} || parsed.ptr != end || host.empty() ||
        (!bracketed && host.find_first_not_of("0123456789.") != std::string::npos)) {
        return Unexpected("\"" + text + "\" is no address and port; write e.g. 127.0.0.1:9105");
    }
    return host + ":" + port;
}

class Endpoint::Collector : public prometheus::Collectable {
  public:
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
        // Under the lock, so that who takes `look` away knows that it is not being called.
        return look.read([](const std::function<Sample()>& now) {
            return now ? families(now()) : std::vector<prometheus::MetricFamily>{};
        });
    }
    Guarded<std::function<Sample()>> look;
};

struct Endpoint::Server {
    explicit Server(const std::string& listen) : exposer(listen, 2) {}  // 2 threads
    prometheus::Exposer exposer;
};

Endpoint::Endpoint(const std::string& listen) : collector_(std::make_shared<Collector>()) {
    try {
        server_ = std::make_unique<Server>(listen);
    } catch (const std::exception& error) {
        throw std::runtime_error(listen + " cannot be listened on (" + error.what() +
                                 "); is another run there?");
    }
    server_->exposer.RegisterCollectable(collector_);
}

Endpoint::~Endpoint() {
    show({});
}

void Endpoint::show(std::function<Sample()> look) {
    collector_->look.write([&](std::function<Sample()>& now) { now = std::move(look); });
}

int Endpoint::port() const {
    return server_->exposer.GetListeningPorts().front();
}

}  // namespace wisp::metrics
