// SPDX-License-Identifier: Apache-2.0
#include "migrator/lanes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wisp::migrator {
namespace {

TEST(Cut, GivesEveryKeyToOnePieceAndKeepsTheirOrder) {
    for (const std::size_t keys : {0U, 1U, 2U, 7U, 16U, 1'001U}) {
        std::vector<ChangeBatch::State> states(keys);
        const std::vector<std::string> repeated(keys / 2);
        Piece whole;
        for (const auto& state : states) whole.states.push_back(&state);
        whole.repeated_deletes = repeated;
        for (const std::size_t count : {1U, 2U, 3U, 16U}) {
            SCOPED_TRACE(testing::Message() << keys << " keys, " << count << " pieces");
            std::vector<const ChangeBatch::State*> found;
            std::size_t deletes = 0;
            const auto pieces = cut(whole, count);
            ASSERT_EQ(pieces.size(), count);
            for (const Piece& piece : pieces) {
                EXPECT_LE(piece.states.size(), keys / count + 1) << "they are of one size";
                found.insert(found.end(), piece.states.begin(), piece.states.end());
                if (!piece.repeated_deletes.empty()) {
                    EXPECT_EQ(piece.repeated_deletes.data(), repeated.data() + deletes);
                }
                deletes += piece.repeated_deletes.size();
            }
            EXPECT_EQ(found, whole.states);
            EXPECT_EQ(deletes, repeated.size());
        }
    }
}

}  // namespace
}  // namespace wisp::migrator
