// SPDX-License-Identifier: Apache-2.0
// HTTP: an endpoint is asked with HEAD whether the copy may go on: 200 is yes, everything else no.
// freno's answers are put into words (its check API: 404 unknown, 417 denied to this app, 429 above
// the threshold, 500 unable to tell).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "throttle/knobs.h"
#include "throttle/source.h"

namespace wisp::throttle {

/// Fails with a sentence if this is no URL of http or https.
[[nodiscard]] Expected<void> check_http_url(const std::string& url);
/// "HTTP 429, above the threshold" for an URL that names freno, else "HTTP 429"; the limit is 200.
[[nodiscard]] std::string http_reason(const std::string& url, long status);

/// The text, "user:password@" taken out of an URL in it: for logs and for whoever looks at one.
[[nodiscard]] std::string without_credentials(std::string_view text);
/// What may be shown of an URL, or of what was meant to be one: no credentials, no query.
[[nodiscard]] std::string shown_url(std::string_view url);

class HttpSource : public Source {
  public:
    explicit HttpSource(SharedKnobs knobs);
    ~HttpSource() override;

    [[nodiscard]] std::string name() const override { return "throttle-http"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    /// None: a request ends by its own timeout, which the operator has chosen.
    [[nodiscard]] std::optional<std::chrono::milliseconds> silence_limit() const override {
        return std::nullopt;
    }
    /// Throws when there was no answer, unless ignore-http-errors.
    Reading poll(std::stop_token stop) override;

  private:
    struct Client;
    /// The status of one HEAD request; the message of what went wrong instead.
    [[nodiscard]] Expected<long> head(const Knobs& knobs, const std::stop_token& stop);

    SharedKnobs knobs_;
    std::unique_ptr<Client> client_;
    bool ignored_ = false;  // an error was told and passed over; not again until one request works
};

}  // namespace wisp::throttle
