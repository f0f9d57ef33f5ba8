// SPDX-License-Identifier: Apache-2.0
// Real servers for tests with the label db. WISP_TEST_SERVERS lists, with spaces between, the env
// files that `script/servers start` writes:
//   WISP_TEST_SERVERS="$(script/servers env mysql97) $(script/servers env mariadb1011)" ctest -L db
// A case of a ServerTest runs once for every name below and is skipped where no file has that name.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mysql/connection.h"
#include "mysql/endpoint.h"

namespace wisp::test {

struct TestServer {
    std::string name;            // "mysql97"
    std::string instance;        // what script/servers calls the running pair
    mysql::Endpoint primary;     // by TCP
    mysql::Endpoint replica;     // port 0 if there is none
    std::string primary_socket;  // empty if there is none
    std::string replica_socket;
    std::string tls_ca;                      // empty: the server was started without TLS
    std::map<std::string, std::string> env;  // the whole file

    [[nodiscard]] bool has_replica() const { return replica.port != 0; }
    [[nodiscard]] bool has_tls() const { return !tls_ca.empty(); }
};

/// The listed server of that name; nullopt if none is. Throws if a listed file cannot be read.
[[nodiscard]] std::optional<TestServer> find_test_server(std::string_view name);

/// A fixture per server: TEST_P(MyTest, DoesThis) { auto c = connect(); … }.
class ServerTest : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override;

    [[nodiscard]] const TestServer& server() const { return *server_; }
    /// To the primary, with default session settings unless told otherwise.
    [[nodiscard]] std::unique_ptr<mysql::Connection> connect(
        const mysql::Session& session = {}) const;
    [[nodiscard]] std::unique_ptr<mysql::Connection> connect(const mysql::Endpoint& endpoint) const;
    [[nodiscard]] std::unique_ptr<mysql::Connection> connect_replica() const;

  private:
    std::optional<TestServer> server_;
};

/// A schema of its own, dropped at the end through a connection of its own.
class TmpSchema {
  public:
    explicit TmpSchema(const mysql::Endpoint& endpoint);
    TmpSchema(const TmpSchema&) = delete;
    TmpSchema& operator=(const TmpSchema&) = delete;
    ~TmpSchema();

    [[nodiscard]] const std::string& name() const { return name_; }
    /// "`schema`.`table`"
    [[nodiscard]] std::string qualified(std::string_view table) const;
    /// CREATE TABLE `schema`.`t<n>` <definition>; returns its qualified name.
    std::string table(std::string_view definition);
    /// The connection that owns the schema, for set-up statements.
    [[nodiscard]] mysql::Connection& connection() { return connection_; }

  private:
    mysql::Connection connection_;
    std::string name_;
    unsigned tables_ = 0;
};

/// A fixture with a schema of its own on the primary.
class SchemaTest : public ServerTest {
  protected:
    void SetUp() override;
    /// The connection that owns the schema.
    [[nodiscard]] mysql::Connection& connection() const { return schema_->connection(); }

    std::unique_ptr<TmpSchema> schema_;
};

/// An account of its own, dropped at the end. Its password is its name.
class TmpUser {
  public:
    /// `identified` as after CREATE USER name, e.g. "IDENTIFIED BY 'x'"; empty: by the default way.
    TmpUser(mysql::Connection& by, std::string_view grants, std::string_view identified = {});
    TmpUser(const TmpUser&) = delete;
    TmpUser& operator=(const TmpUser&) = delete;
    ~TmpUser();

    [[nodiscard]] const std::string& name() const { return name_; }
    /// The same server as this account.
    [[nodiscard]] mysql::Endpoint endpoint() const;

  private:
    mysql::Connection& by_;
    std::string name_;
};

inline std::string server_param_name(const ::testing::TestParamInfo<const char*>& info) {
    return info.param;
}

}  // namespace wisp::test

/// Names are fixed, because cases are listed at build time, when no server runs.
#define WISP_FOR_EACH_SERVER(Fixture)                                                   \
    INSTANTIATE_TEST_SUITE_P(                                                           \
        Server, Fixture,                                                                \
        ::testing::Values("mysql97", "mariadb1011", "mariadb118", "mysql56", "custom"), \
        ::wisp::test::server_param_name)
