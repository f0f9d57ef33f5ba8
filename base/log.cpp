// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/terminal.h"

namespace wisp::log {

namespace {

/// The message as a JSON string, quotes included.
class JsonMessage : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& out) override {
        // A name in another encoding must not end the run.
        const std::string text =
            nlohmann::json(std::string(message.payload.data(), message.payload.size()))
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonMessage>();
    }
};

/// Hands on to another sink, with the terminal's block out of the way.
class AboveTheBlock : public spdlog::sinks::sink {
  public:
    explicit AboveTheBlock(spdlog::sink_ptr inner) : inner_(std::move(inner)) {}
    void log(const spdlog::details::log_msg& message) override {
        terminal::above([&] { inner_->log(message); });
    }
    void flush() override { inner_->flush(); }
    void set_pattern(const std::string& pattern) override { inner_->set_pattern(pattern); }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
        inner_->set_formatter(std::move(formatter));
    }

  private:
    spdlog::sink_ptr inner_;
};

}  // namespace

void set_up(spdlog::level::level_enum level, Format format) {
    auto logger = std::make_shared<spdlog::logger>(
        "wisp",
        std::make_shared<AboveTheBlock>(std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
    if (format == Format::kJson) {
        auto lines = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
        lines->add_flag<JsonMessage>('*').set_pattern(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
        logger->set_formatter(std::move(lines));
    } else {
        logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    }
    logger->set_level(level);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace wisp::log
