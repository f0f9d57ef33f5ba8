// SPDX-License-Identifier: Apache-2.0
// wisp-compare: are two tables equal, definition and rows, byte for byte?
#include <boost/program_options.hpp>
#include <iostream>

#include "localtests/compare/compare.h"
#include "localtests/load/env_file.h"

namespace wisp::compare {
namespace {

namespace po = boost::program_options;
using Names = std::vector<std::string>;

po::options_description describe() {
    po::options_description options(
        "usage: wisp-compare --env FILE --left [ROLE:]TABLE --right [ROLE:]TABLE [options]\n"
        "exit status: 0 equal, 1 different, 2 could not compare");
    auto add = options.add_options();
    add("help", "this text");
    add("env", po::value<std::string>()->required(), "file written by script/servers");
    add("database", po::value<std::string>()->required());
    add("left", po::value<std::string>()->required(), "ROLE is primary (default) or replica");
    add("right", po::value<std::string>()->required());
    add("ignore-column", po::value<Names>()->default_value({}, ""), "may be repeated");
    add("ignore-definition", "compare rows only");
    add("piece", po::value<std::size_t>()->default_value(250'000), "rows in memory at a time");
    return options;
}

Table open(const po::variables_map& options, const char* side) {
    std::string name = options[side].as<std::string>();
    std::string role = "primary";
    for (const std::string candidate : {"primary", "replica"}) {
        if (!name.starts_with(candidate + ":")) continue;
        role = candidate;
        name.erase(0, candidate.size() + 1);
        break;
    }
    return {load::endpoint_from_env_file(options["env"].as<std::string>(), role),
            options["database"].as<std::string>(), name};
}

int run(const po::variables_map& options) {
    Table left = open(options, "left");
    Table right = open(options, "right");
    const auto& ignored = options["ignore-column"].as<Names>();
    Comparison comparison(left, right, {ignored.begin(), ignored.end()});
    if (options.count("ignore-definition") == 0) comparison.definitions();
    comparison.rows(options["piece"].as<std::size_t>());
    const Outcome& outcome = comparison.outcome();
    if (outcome.differences == 0) {
        std::cout << "equal: " << outcome.rows << " rows, " << left.columns().size()
                  << " columns\n";
        return 0;
    }
    std::cout << outcome.differences << " differences; < " << left.label() << ", > "
              << right.label() << '\n';
    for (const std::string& line : outcome.report) std::cout << line << '\n';
    return 1;
}

int main(int argc, char** argv) {
    const auto options = describe();
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    if (values.count("help") > 0) {
        std::cout << options;
        return 0;
    }
    po::notify(values);
    return run(values);
}

}  // namespace
}  // namespace wisp::compare

int main(int argc, char** argv) {
    try {
        return wisp::compare::main(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "wisp-compare: " << error.what() << '\n';
        return 2;
    }
}
