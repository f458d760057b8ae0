// SPDX-License-Identifier: Apache-2.0
#include "analysis/overlap.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr auto kPair = OverlapSubject::Pair;
constexpr auto kTask = OverlapSubject::Task;
constexpr const char* kCounts = "counts summed over modules, then divided";
constexpr const char* kSquares = "root of the sum of squares over modules";
constexpr const char* kMean = "mean over the modules that have a value";

// The four measures of one kind of space.
void addSpace(std::vector<OverlapMeasure>& measures, const std::string& space, const std::string& name) {
    const std::string angles = "principal angles theta_k of the " + name + " spaces";
    measures.push_back({space + "_angle_min", "smallest angle, " + name + " spaces", "min of the " + angles,
                        "rad", "smallest over modules", kPair, true, false, true});
    measures.push_back({space + "_angle_mean", "mean angle, " + name + " spaces", "mean of the " + angles,
                        "rad", kMean, kPair, true, false, true});
    measures.push_back({space + "_angle_max", "largest angle, " + name + " spaces", "max of the " + angles,
                        "rad", "largest over modules", kPair, true, false, true});
    measures.push_back({space + "_grassmann", "Grassmann distance, " + name + " spaces",
                        "sqrt(sum of theta_k^2), " + angles, "rad", kMean, kPair, true, false, true});
}

std::vector<OverlapMeasure> makeMeasures() {
    std::vector<OverlapMeasure> measures = {
        {"collision_rate", "collision rate", "|S_i and S_j| / (m n)", "share", kCounts, kPair, true, true,
         false},
        {"collision_chance", "collision rate by chance", "rho_i rho_j", "share",
         "expected counts summed over modules, then divided", kPair, true, false, false},
        {"collision_lift", "collision lift", "collision_rate / collision_chance", "ratio",
         "pooled rate / pooled chance", kPair, true, true, false},
        {"jaccard", "Jaccard index", "|S_i and S_j| / |S_i or S_j|", "share", kCounts, kPair, true, true,
         false},
        {"jaccard_lift", "Jaccard lift", "jaccard / (rho_i rho_j / (rho_i + rho_j - rho_i rho_j))", "ratio",
         "pooled index / index of the expected counts", kPair, true, true, false},
        {"contained_j_in_i", "share of the later inside the earlier", "|S_i and S_j| / |S_j|", "share",
         kCounts, kPair, false, true, false},
        {"contained_i_in_j", "share of the earlier inside the later", "|S_i and S_j| / |S_i|", "share",
         kCounts, kPair, false, true, false},
        {"sign_conflict", "sign conflict", "share of S_i and S_j where dW_i dW_j < 0", "share", kCounts,
         kPair, true, true, false},
        {"cosine", "cosine", "<dW_i, dW_j> / (||dW_i|| ||dW_j||)", "cosine",
         "products and squares summed over modules, then divided", kPair, true, true, false},
        {"ella_energy", "ELLA energy", "||dW_i * dW_j||_F^2 (element by element)", "squared norm",
         "sum over modules", kPair, true, false, false},
        {"a_product_norm", "A product", "||A_i A_j^T||_F", "norm", kSquares, kPair, true, false, false},
        {"update_product_norm", "update product", "||dW_i^T dW_j||_F", "norm", kSquares, kPair, true, false,
         true},
    };
    addSpace(measures, "row", "row");
    addSpace(measures, "column", "column");
    measures.push_back({"density", "density", "|S| / (m n)", "share", kCounts, kTask, true, false, false});
    measures.push_back(
        {"frobenius_norm", "norm of the update", "||dW||_F", "norm", kSquares, kTask, true, false, false});
    measures.push_back({"effective_rank", "effective rank", "exp(H(sigma / sum of sigma))", "rank", kMean,
                        kTask, true, false, true});
    measures.push_back(
        {"stable_rank", "stable rank", "||dW||_F^2 / sigma_1^2", "rank", kMean, kTask, true, false, true});
    return measures;
}

}  // namespace

const std::vector<OverlapMeasure>& overlapMeasures() {
    static const std::vector<OverlapMeasure> measures = makeMeasures();
    return measures;
}

const OverlapMeasure* findOverlapMeasure(const std::string& key) {
    const auto& all = overlapMeasures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.key == key; });
    return found == all.end() ? nullptr : &*found;
}

std::optional<double> overlapChance(const std::string& key, double collisionChance, double densityI,
                                    double densityJ) {
    const auto ratio = [](double value, double by) {
        return by > 0 ? std::optional(value / by) : std::nullopt;
    };
    if (key == "collision_rate") return collisionChance;
    if (key == "collision_lift" || key == "jaccard_lift")
        return collisionChance > 0 ? std::optional(1.0) : std::nullopt;
    if (key == "jaccard") return ratio(collisionChance, densityI + densityJ - collisionChance);
    if (key == "contained_j_in_i") return ratio(collisionChance, densityJ);
    if (key == "contained_i_in_j") return ratio(collisionChance, densityI);
    if (key == "sign_conflict") return collisionChance > 0 ? std::optional(0.5) : std::nullopt;
    if (key == "cosine") return collisionChance > 0 ? std::optional(0.0) : std::nullopt;
    return std::nullopt;
}

}  // namespace jumplora
