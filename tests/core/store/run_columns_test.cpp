// SPDX-License-Identifier: Apache-2.0
#include "store/run_columns.h"

#include "base/error.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

class RunColumnsTest : public ::testing::Test {
  protected:
    RunColumnsTest() : m_store(Store::inMemory()) {
        for (const char* id : {"one", "two"}) {
            testing::SampleRun run;
            run.id = id;
            run.seed = id == std::string("one") ? 1 : 2;
            testing::writeSampleRun(m_folder.path() / id, run);
            Importer(m_store).indexRun(m_folder.path() / id);
        }
    }

    testing::TemporaryFolder m_folder;
    Store m_store;
};

TEST_F(RunColumnsTest, SpecTableHoldsWhatEachRunHas) {
    const SpecTable table = specTable(m_store);
    for (const char* id : {"one", "two"}) {
        for (const SpecValue& value : m_store.spec(id)) {
            const std::string* found = table.find(id, value.key);
            ASSERT_NE(found, nullptr) << value.key;
            EXPECT_EQ(*found, value.json);
        }
    }
    EXPECT_EQ(table.find("one", "no.such"), nullptr);
    EXPECT_EQ(table.find("three", "seed"), nullptr);
    EXPECT_LT(table.values.size(), 2 * table.keys.size()) << "equal texts are kept once";
}

TEST_F(RunColumnsTest, CurvesAreReducedAsAReaderOfTheCurveWould) {
    const auto curve = m_store.curves("one", {"ce"}).values[0];
    using Kind = CurveReducer::Kind;
    const auto reduced = [&](CurveReducer reducer) { return reduceCurves(m_store, "ce", reducer).at("one"); };
    EXPECT_EQ(reduced({Kind::Last}), curve.back());
    EXPECT_EQ(reduced({Kind::Min}), *std::min_element(curve.begin(), curve.end()));
    EXPECT_EQ(reduced({Kind::Max}), curve.front());
    EXPECT_DOUBLE_EQ(reduced({Kind::MeanOfLast, 2}), (curve.back() + curve[curve.size() - 2]) / 2);
    EXPECT_EQ(reduced({Kind::AtStep, 3}), curve[2]);
    EXPECT_TRUE(reduceCurves(m_store, "ce", {Kind::AtStep, 1000}).empty());
    EXPECT_THROW(reduceCurves(m_store, "nothing", {}), Error);
}

}  // namespace
}  // namespace jumplora
