// SPDX-License-Identifier: Apache-2.0
#include "base/fault.h"

#ifdef WISP_FAULTS
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace wisp::fault {
namespace {

struct Armed {
    std::string name;
    std::string action;
    std::string argument;
};

Armed parse() {
    const char* text = std::getenv("WISP_FAULT");
    if (text == nullptr) return {};
    const std::string spec(text);
    const auto first = spec.find(':');
    if (first == std::string::npos) return {};
    const auto second = spec.find(':', first + 1);
    Armed armed{spec.substr(0, first), {}, {}};
    armed.action =
        spec.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    if (second != std::string::npos) armed.argument = spec.substr(second + 1);
    return armed;
}

void wait_for_removal(const std::string& file) {
    static std::atomic<bool> waited{false};
    if (waited.exchange(true)) return;
    { const std::ofstream made(file); }
    while (std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace

void point(std::string_view name) {
    static const Armed armed = parse();
    if (armed.name != name) return;
    if (armed.action == "kill") std::raise(SIGKILL);
    if (armed.action == "sleep") {
        std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(armed.argument)));
    }
    if (armed.action == "wait") wait_for_removal(armed.argument);
    if (armed.action == "fail") throw std::runtime_error("fault point " + armed.name);
}

bool rule_off(std::string_view rule) {
    static const std::string off = [] {
        const char* text = std::getenv("WISP_RULES_OFF");
        return "," + std::string(text == nullptr ? "" : text) + ",";
    }();
    return off.find("," + std::string(rule) + ",") != std::string::npos;
}

}  // namespace wisp::fault
#endif
