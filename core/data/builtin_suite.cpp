// SPDX-License-Identifier: Apache-2.0
#include "data/builtin_suite.h"

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "data/builtin_world.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr std::uint64_t kSuiteSeed = 7;
constexpr double kLabelNoise = 0.03;
constexpr int kUnused = -1;

// How a task reads the world: class of each topic or level (kUnused: does not occur).
struct Family {
    const char* name;
    bool sentiment;
    std::vector<std::string> options;
    std::vector<int> classOf;
    int object;  // sentiment: 0 product, 1 restaurant, 2 film
    bool brief;
    std::int64_t trainRows;
};

const std::vector<Family>& families() {
    constexpr int u = kUnused;
    static const std::vector<Family> all = {
        {"dbpedia",
         false,
         {"company", "school", "artist", "athlete", "politician", "transport", "building", "nature",
          "village", "animal", "plant", "album", "film", "book"},
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13},
         0,
         false,
         5120},
        {"yahoo",
         false,
         {"society", "science", "health", "education", "computers", "sports", "business", "entertainment",
          "family", "politics"},
         {3, u, 7, 0, 5, u, 9, 1, u, 6, 2, 8, u, 4},
         0,
         false,
         3840},
        {"agnews",
         false,
         {"world", "sports", "business", "science"},
         {u, 0, 1, u, 2, 3, u, 2, 0, u, 3, u, 1, u},
         0,
         false,
         3840},
        {"amazon",
         true,
         {"very negative", "negative", "neutral", "positive", "very positive"},
         {0, 1, 2, 3, 4},
         0,
         false,
         2560},
        {"yelp", true, {"terrible", "bad", "okay", "good", "great"}, {0, 1, 2, 3, 4}, 1, false, 2560},
        {"imdb", true, {"bad", "good"}, {0, 0, u, 1, 1}, 2, false, 1280},
        {"sst-2", true, {"negative", "positive"}, {0, 0, u, 1, 1}, 2, true, 1280},
    };
    return all;
}

constexpr std::int64_t kHeldOutRows = 200;  // of dev and of test

class BuiltinSuite : public Suite {
  public:
    BuiltinSuite() {
        for (const Family& family : families()) {
            TaskInfo task;
            task.name = family.name;
            task.instruction = family.sentiment ? "what is the sentiment of the text choose one"
                                                : "what is the topic of the text choose one";
            task.options = family.options;
            task.prompt = kBuiltinPrompt;
            m_tasks.push_back(std::move(task));
        }
    }

    [[nodiscard]] const std::vector<TaskInfo>& tasks() const override { return m_tasks; }

    [[nodiscard]] std::vector<Example> load(std::size_t task, Split split,
                                            std::optional<std::int64_t> maxSamples) const override {
        const Family& family = families().at(task);
        std::int64_t count = split == Split::Train ? family.trainRows : kHeldOutRows;
        if (maxSamples) count = std::clamp<std::int64_t>(*maxSamples, 0, count);
        std::vector<std::vector<int>> sources(family.options.size());  // class -> topics or levels
        for (std::size_t i = 0; i < family.classOf.size(); ++i) {
            if (family.classOf[i] != kUnused)
                sources[static_cast<std::size_t>(family.classOf[i])].push_back(static_cast<int>(i));
        }
        Rng rng(deriveSeed(kSuiteSeed, std::string(family.name) + "/" + splitName(split)));
        const BuiltinWorld& world = BuiltinWorld::instance();
        std::vector<Example> examples;
        for (std::int64_t row = 0; row < count; ++row) {
            std::size_t label = rng.below(sources.size());
            const int source = sources[label][rng.below(sources[label].size())];
            const auto text = family.sentiment ? world.sentimentText(source, family.object, family.brief, rng)
                                               : world.topicText(source, rng);
            if (rng.chance(kLabelNoise)) label = (label + 1 + rng.below(sources.size() - 1)) % sources.size();
            examples.push_back({renderPrompt(m_tasks[task], joinWords(text)), family.options[label], row});
        }
        return examples;
    }

    [[nodiscard]] Json provenance(std::size_t task, Split split) const override {
        std::string content;
        for (const Example& example : load(task, split, {}))
            content += example.prompt + "\n" + example.label + "\n";
        return {
            {fmt::format("builtin/{}/{}", m_tasks.at(task).name, splitName(split)), contentHash(content)}};
    }

  private:
    std::vector<TaskInfo> m_tasks;
};

}  // namespace

std::unique_ptr<Suite> makeBuiltinSuite() { return std::make_unique<BuiltinSuite>(); }

}  // namespace jumplora
