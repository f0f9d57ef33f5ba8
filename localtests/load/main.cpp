// SPDX-License-Identifier: Apache-2.0
// wisp-load: a write load on a table and its oracle table while a migration runs.
#include <boost/program_options.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <list>
#include <sstream>
#include <thread>

#include "base/thread.h"
#include "localtests/load/env_file.h"
#include "localtests/load/worker.h"

namespace wisp::load {
namespace {

namespace po = boost::program_options;

volatile std::sig_atomic_t interrupted = 0;

po::options_description describe() {
    po::options_description options("usage: wisp-load [options]");
    auto add = options.add_options();
    add("help", "this text");
    add("env", po::value<std::string>(), "file written by script/servers; or else:");
    add("role", po::value<std::string>()->default_value("primary"), "which server of --env");
    add("host", po::value<std::string>()->default_value("127.0.0.1"));
    add("port", po::value<std::uint16_t>()->default_value(3306));
    add("socket", po::value<std::string>()->default_value(""));
    add("user", po::value<std::string>()->default_value(""));
    add("password", po::value<std::string>()->default_value(""));
    add("database", po::value<std::string>()->required());
    add("table", po::value<std::string>()->required(), "the table that is migrated");
    add("oracle", po::value<std::string>()->default_value(""), "the table that is not");
    add("load", po::value<std::string>()->required(), "load file");
    add("threads", po::value<unsigned>()->default_value(4));
    add("rate", po::value<double>()->default_value(0), "transactions a second, 0 = no limit");
    add("seed", po::value<std::uint64_t>()->default_value(1));
    add("until-file", po::value<std::string>()->default_value(""), "stop when it appears");
    add("seconds", po::value<unsigned>()->default_value(0), "stop after so long, 0 = never");
    add("report", po::value<std::string>()->default_value(""), "JSON file; - or none: stdout");
    return options;
}

std::string quoted(const std::string& name) {
    if (name.empty()) return name;
    std::string text = "`";
    for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
    return text + "`";
}

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Target target_of(const po::variables_map& options) {
    auto text = [&](const char* name) { return options[name].as<std::string>(); };
    Target target;
    target.database = quoted(text("database"));
    target.table = quoted(text("table"));
    target.oracle = quoted(text("oracle"));
    if (options.count("env") > 0) {
        target.endpoint = endpoint_from_env_file(text("env"), text("role"));
        return target;
    }
    target.endpoint.host = text("host");
    target.endpoint.port = options["port"].as<std::uint16_t>();
    target.endpoint.socket = text("socket");
    target.endpoint.user = text("user");
    target.endpoint.password = text("password");
    return target;
}

void wait_for_end(const po::variables_map& options) {
    const auto began = std::chrono::steady_clock::now();
    const auto until_file = options["until-file"].as<std::string>();
    const std::chrono::seconds seconds(options["seconds"].as<unsigned>());
    while (interrupted == 0) {
        if (!until_file.empty() && std::filesystem::exists(until_file)) return;
        if (seconds.count() > 0 && std::chrono::steady_clock::now() - began > seconds) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void report(const std::string& path, Tally& total) {
    if (path.empty() || path == "-") {
        std::cout << total.json() << '\n';
        return;
    }
    std::ofstream(path) << total.json() << '\n';
}

int run(const po::variables_map& options) {
    const auto script = parse_script(read_file(options["load"].as<std::string>()));
    if (!script) throw std::runtime_error(script.error());
    const Target target = target_of(options);
    const auto count = options["threads"].as<unsigned>();
    const auto seed = options["seed"].as<std::uint64_t>();
    const double rate = options["rate"].as<double>() / count;
    std::list<Worker> workers;
    std::list<Thread> threads;
    for (unsigned i = 0; i < count; ++i) {
        Worker& worker = workers.emplace_back(*script, target, i, seed * 1000 + i, rate);
        threads.emplace_back("load", [&worker](std::stop_token stop) { worker.run(stop); });
    }
    wait_for_end(options);
    for (Thread& thread : threads) thread.request_stop();
    for (Thread& thread : threads) thread.join();
    Tally total;
    for (const Worker& worker : workers) total.merge(worker.tally());
    report(options["report"].as<std::string>(), total);
    for (Thread& thread : threads) thread.rethrow();
    return 0;
}

int main(int argc, char** argv) {
    const auto options = describe();
    po::variables_map values;
    try {
        po::store(po::parse_command_line(argc, argv, options), values);
        if (values.count("help") > 0) {
            std::cout << options;
            return 0;
        }
        po::notify(values);
    } catch (const po::error& error) {
        std::cerr << "wisp-load: " << error.what() << " (--help lists all options)\n";
        return 2;
    }
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    return run(values);
}

}  // namespace
}  // namespace wisp::load

int main(int argc, char** argv) {
    try {
        return wisp::load::main(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "wisp-load: " << error.what() << '\n';
        return 1;
    }
}
