// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace wisp::test {
namespace {

std::map<std::string, std::string> read_env_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(fmt::format("WISP_TEST_SERVERS names {}: no file", path));
    std::map<std::string, std::string> env;
    for (std::string line; std::getline(file, line);) {
        const auto equals = line.find('=');
        if (equals != std::string::npos) env[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return env;
}

TestServer from_env(const std::map<std::string, std::string>& env) {
    const auto value = [&env](const std::string& key) {
        const auto found = env.find(key);
        return found == env.end() ? std::string() : found->second;
    };
    const auto endpoint = [&](const std::string& role) {
        mysql::Endpoint point;
        const std::string port = value("WISP_" + role + "_PORT");
        point.host = value("WISP_" + role + "_HOST");
        point.port = static_cast<std::uint16_t>(port.empty() ? 0 : std::stoul(port));
        point.user = value("WISP_USER");
        point.password = value("WISP_PASSWORD");
        return point;
    };
    TestServer server;
    server.name = value("WISP_SERVER");
    server.instance = value("WISP_INSTANCE");
    server.primary = endpoint("PRIMARY");
    server.replica = endpoint("REPLICA");
    server.primary_socket = value("WISP_PRIMARY_SOCKET");
    server.replica_socket = value("WISP_REPLICA_SOCKET");
    server.tls_ca = value("WISP_TLS_CA");
    server.env = env;
    return server;
}

std::string unique_name() {
    static std::atomic<unsigned> count{0};
    return fmt::format("wisp_t_{}_{}", ::getpid(), ++count);
}

}  // namespace

std::optional<TestServer> find_test_server(std::string_view name) {
    const char* list = std::getenv("WISP_TEST_SERVERS");
    std::istringstream paths(list == nullptr ? "" : list);
    for (std::string path; paths >> path;) {
        TestServer server = from_env(read_env_file(path));
        if (server.name == name) return server;
    }
    return std::nullopt;
}

void ServerTest::SetUp() {
    server_ = find_test_server(GetParam());
    if (!server_) GTEST_SKIP() << "WISP_TEST_SERVERS lists no " << GetParam();
}

void SchemaTest::SetUp() {
    ServerTest::SetUp();
    if (!IsSkipped()) schema_ = std::make_unique<TmpSchema>(server().primary);
}

std::unique_ptr<mysql::Connection> ServerTest::connect(const mysql::Session& session) const {
    return std::make_unique<mysql::Connection>(server().primary, session);
}

std::unique_ptr<mysql::Connection> ServerTest::connect(const mysql::Endpoint& endpoint) const {
    return std::make_unique<mysql::Connection>(endpoint, mysql::Session{});
}

std::unique_ptr<mysql::Connection> ServerTest::connect_replica() const {
    return connect(server().replica);
}

TmpSchema::TmpSchema(const mysql::Endpoint& endpoint)
    : connection_(endpoint, mysql::Session{}), name_(unique_name()) {
    connection_.execute(fmt::format("CREATE DATABASE `{}` CHARACTER SET utf8mb4", name_));
}

TmpSchema::~TmpSchema() {
    try {
        connection_.execute(fmt::format("DROP DATABASE IF EXISTS `{}`", name_));
    } catch (const mysql::Error& error) {
        ADD_FAILURE() << error.what();
    }
}

std::string TmpSchema::qualified(std::string_view table) const {
    return fmt::format("`{}`.`{}`", name_, table);
}

std::string TmpSchema::table(std::string_view definition) {
    std::string name = qualified(fmt::format("t{}", ++tables_));
    connection_.execute(fmt::format("CREATE TABLE {} {}", name, definition));
    return name;
}

TmpUser::TmpUser(mysql::Connection& by, std::string_view grants, std::string_view identified)
    : by_(by), name_(unique_name()) {
    const std::string how =
        identified.empty() ? fmt::format("IDENTIFIED BY '{}'", name_) : std::string(identified);
    by_.execute(fmt::format("CREATE USER '{}'@'%' {}", name_, how));
    if (!grants.empty()) by_.execute(fmt::format("GRANT {} TO '{}'@'%'", grants, name_));
}

TmpUser::~TmpUser() {
    try {
        by_.execute(fmt::format("DROP USER '{}'@'%'", name_));
    } catch (const mysql::Error& error) {
        ADD_FAILURE() << error.what();
    }
}

mysql::Endpoint TmpUser::endpoint() const {
    mysql::Endpoint endpoint = by_.endpoint();
    endpoint.user = name_;
    endpoint.password = name_;
    return endpoint;
}

}  // namespace wisp::test
