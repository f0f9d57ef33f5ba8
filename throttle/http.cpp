// SPDX-License-Identifier: Apache-2.0
#include "throttle/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/log.h"

namespace wisp::throttle {
namespace {

constexpr long kGo = 200;

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const { curl_free(text); }
};

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

Expected<void> check_http_url(const std::string& url) {
    const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
    char* scheme = nullptr;
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(parsed.get(), CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
        return Unexpected("\"" + shown_url(url) +
                          "\" is no URL; write e.g. http://host:8111/check");
    }
    const std::unique_ptr<char, FreeText> owner(scheme);
    const std::string name = scheme;
    if (name != "http" && name != "https") {
        return Unexpected("\"" + shown_url(url) + "\" is neither of http nor of https");
    }
    return {};
}

std::string http_reason(const std::string& url, long status) {
    const char* words = "";
    if (url.find("freno") != std::string::npos) {
        switch (status) {
            case 404:
                words = " (freno does not know what it is asked for)";
                break;
            case 417:
                words = " (freno denies it to this app)";
                break;
            case 429:
                words = " (freno: above the threshold)";
                break;
            case 500:
                words = " (freno cannot tell)";
                break;
            default:
                break;
        }
    }
    return fmt::format("HTTP {}{}, limit {}", status, words, kGo);
}

std::string without_credentials(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return std::string(text);
    const auto begin = scheme + 3;
    // A password may have an "@" in it: the host begins after the last (RFC 3986, 3.2).
    const auto at = text.substr(0, text.find_first_of("/?#", begin)).rfind('@');
    if (at == std::string_view::npos || at < begin) return std::string(text);
    return std::string(text.substr(0, begin)).append(text.substr(at + 1));
}

std::string shown_url(std::string_view url) {
    const auto query = url.find('?');
    std::string text = without_credentials(url.substr(0, query));
    if (text.find("://") == std::string::npos) {
        const auto at = text.substr(0, text.find('/')).rfind('@');
        if (at != std::string::npos) text.erase(0, at + 1);
    }
    return query == std::string_view::npos ? text : text + "?…";
}

struct HttpSource::Client {
    Client() {
        static std::once_flag once;
        std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
        handle = curl_easy_init();
        if (handle == nullptr) throw std::runtime_error("libcurl cannot be set up");
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { curl_easy_cleanup(handle); }

    CURL* handle = nullptr;
    std::array<char, CURL_ERROR_SIZE> error{};
};

HttpSource::HttpSource(SharedKnobs knobs) : knobs_(std::move(knobs)) {}
HttpSource::~HttpSource() = default;

std::chrono::milliseconds HttpSource::period() const {
    return knobs_->read([](const Knobs& knobs) { return knobs.http_interval; });
}

Reading HttpSource::poll(std::stop_token stop) {
    const Knobs knobs = knobs_->copy();
    if (knobs.http.empty()) return {};
    const auto status = head(knobs, stop);
    if (!status) {
        const std::string what = shown_url(knobs.http) + ": " + status.error();
        if (!knobs.ignore_http_errors) throw std::runtime_error(what);
        if (!std::exchange(ignored_, true)) {
            log::warn("throttle-http is passed over, as --ignore-http-errors says: {}", what);
        }
        return {};
    }
    ignored_ = false;
    if (*status == kGo) return {};
    return {Effect::kHoldCopy, http_reason(knobs.http, *status)};
}

Expected<long> HttpSource::head(const Knobs& knobs, const std::stop_token& stop) {
    if (!client_) client_ = std::make_unique<Client>();  // keeps the connection between requests
    CURL* const curl = client_->handle;
    curl_easy_setopt(curl, CURLOPT_URL, knobs.http.c_str());
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);  // HEAD
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "wisp");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // we have threads
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(knobs.http_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client_->error.data());
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);  // is_stopped() is asked meanwhile
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
    client_->error.front() = '\0';
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        const std::string told = client_->error.data();
        return Unexpected(told.empty() ? std::string(curl_easy_strerror(code)) : told);
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

}  // namespace wisp::throttle
