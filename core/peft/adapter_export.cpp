// SPDX-License-Identifier: Apache-2.0
#include "peft/adapter_export.h"

#include "adapter/gate_math.h"
#include "analysis/stored_adapter.h"
#include "base/error.h"
#include "base/file.h"
#include "method/method.h"
#include "peft/closest_pair.h"
#include "peft/output_folder.h"
#include "train/run_setup.h"
#include "weights/weights.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

namespace fs = std::filesystem;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

constexpr const char* kPairFile = "adapter_model.safetensors";
constexpr const char* kSparseFile = "sparse_update.safetensors";

class Exporter {
  public:
    Exporter(const RunDirectory& run, const AdapterExportOptions& options)
        : m_run(run), m_options(options), m_spec(run.readSpec()) {
        requireTask(options.task);
        const AdapterLife life = createMethod(m_spec.method.type, m_spec.method.parameters)->life();
        if (options.cumulative && life == AdapterLife::Independent)
            fail(ErrorKind::Input,
                 "{}: method {} trains a model of its own for every task; there is no sum of them", name(),
                 m_spec.method.type);
        // Other methods' adapters hold everything from the beginning already.
        const bool sum = options.cumulative && life == AdapterLife::FreshMerged;
        m_first = sum ? 1 : options.task;
        for (std::int64_t task = m_first; task <= options.task; ++task) {
            m_adapters.push_back(std::make_unique<StoredAdapter>(m_run.path() / m_run.adapterName(task)));
            m_adapters.back()->requireSameModules(*m_adapters.front());
        }
        m_onBackbone = life != AdapterLife::FreshMerged || m_first == 1;
        m_masked = std::any_of(m_adapters.begin(), m_adapters.end(),
                               [](const auto& adapter) { return adapter->gated(); });
    }

    AdapterExport write(const fs::path& output) {
        makeOutputFolder(output);
        m_result.modules = static_cast<std::int64_t>(modules().size());
        for (const ModuleInfo& info : modules()) m_result.entries += info.rows * info.columns;
        m_result.base = m_onBackbone
                            ? fmt::format("the run's backbone, {}", m_spec.backbone.path)
                            : fmt::format("the model after task {} (jumplora export-model {} --task {})",
                                          m_first - 1, name(), m_first - 1);
        noteBlend();
        if (m_masked) writeSparse(output / kSparseFile);
        if (m_options.closestRank)
            writeClosest(output);
        else if (!m_masked)
            writePair(output);
        writeFileAtomically(output / "README.md", readMe());
        return m_result;
    }

  private:
    [[nodiscard]] std::string name() const { return m_run.path().filename().string(); }
    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return m_adapters.front()->modules(); }

    void requireTask(std::int64_t task) const {
        if (task >= 1 && fs::exists(m_run.path() / m_run.adapterName(task))) return;
        std::vector<std::int64_t> known;
        for (std::int64_t each = 1; fs::exists(m_run.path() / m_run.adapterName(each)); ++each)
            known.push_back(each);
        fail(ErrorKind::Input, "{}: there is no adapter of task {}; {}", m_run.path().string(), task,
             known.empty() ? "no task is finished yet"
                           : fmt::format("there is one of {}", fmt::join(known, ", ")));
    }

    // Evaluation blends while f < 1; what is merged and exported is masked for good.
    void noteBlend() {
        for (const auto& adapter : m_adapters) {
            if (!adapter->gated()) continue;
            const SafetensorsFile file(adapter->path());
            const double f = std::strtod(file.requireMetadata("f").c_str(), nullptr);
            if (f < 1)
                m_result.notes.push_back(
                    fmt::format("{}: the gate was blended in to {:.3g} only; the run evaluated that blend, "
                                "exported is the hard "
                                "mask that merging uses",
                                adapter->path().filename().string(), f));
        }
    }

    // What the tasks added to a module, scaled, in the stored type: the same entries as merging adds.
    [[nodiscard]] at::Tensor update(std::size_t module) const {
        at::Tensor sum;
        for (const auto& adapter : m_adapters) {
            const at::Tensor a = adapter->a(module);
            const double tau =
                adapter->gated() ? adapter->tau(module).to(a.scalar_type()).item<double>() : -1;
            const at::Tensor one = gatedWeight({}, a, adapter->b(module), {tau, adapter->scaling(), 0});
            sum = sum.defined() ? sum + one : one;
        }
        return sum;
    }

    void writeSparse(const fs::path& file) {
        Tensors tensors;
        Json shapes = Json::array();
        for (std::size_t i = 0; i < modules().size(); ++i) {
            const ModuleInfo& info = modules()[i];
            const at::Tensor flat = update(i).flatten();
            const at::Tensor places = flat.nonzero().flatten();
            tensors.emplace_back(info.name + ".indices", places);
            tensors.emplace_back(info.name + ".values", flat.index_select(0, places));
            shapes.push_back({{"name", info.name}, {"rows", info.rows}, {"columns", info.columns}});
            m_result.liveEntries += places.numel();
        }
        writeTensors(file, tensors,
                     {{"format", "jumplora-sparse-update/1"},
                      {"run", name()},
                      {"tasks", fmt::format("{}-{}", m_first, m_options.task)},
                      {"base", m_result.base},
                      {"modules", shapes.dump()}});
        m_result.sparse = true;
    }

    void writePair(const fs::path& output) {
        Tensors tensors;
        const double scaling = m_adapters.front()->scaling();
        for (std::size_t i = 0; i < modules().size(); ++i) {
            std::vector<at::Tensor> a, b;
            for (const auto& adapter : m_adapters) {
                a.push_back(adapter->a(i));
                // One scaling for all; of one run they are equal.
                const double factor = adapter->scaling() / scaling;
                b.push_back(factor == 1 ? adapter->b(i) : adapter->b(i) * factor);
            }
            addPair(tensors, i, at::cat(a, 0), at::cat(b, 1));
        }
        writeAdapterFiles(output, tensors, scaling * static_cast<double>(m_result.rank));
    }

    void writeClosest(const fs::path& output) {
        Tensors tensors;
        double squaredError = 0;
        double squaredNorm = 0;
        const auto relative = [](double error, double norm) {
            return norm > 0 ? std::sqrt(error / norm) : 0.0;
        };
        for (std::size_t i = 0; i < modules().size(); ++i) {
            const LowRankPair pair = closestPair(update(i).to(at::kDouble), *m_options.closestRank);
            addPair(tensors, i, pair.a, pair.b);
            squaredError += pair.squaredError;
            squaredNorm += pair.squaredNorm;
            m_result.moduleErrors.emplace_back(modules()[i].name,
                                               relative(pair.squaredError, pair.squaredNorm));
        }
        m_result.relativeError = relative(squaredError, squaredNorm);
        writeAdapterFiles(output, tensors, static_cast<double>(m_result.rank));
    }

    void addPair(Tensors& tensors, std::size_t module, const at::Tensor& a, const at::Tensor& b) {
        const std::string stem = "base_model.model." + modules()[module].name;
        tensors.emplace_back(stem + ".lora_A.weight", a);
        tensors.emplace_back(stem + ".lora_B.weight", b);
        m_result.rank = a.size(0);
    }

    void writeAdapterFiles(const fs::path& output, const Tensors& tensors, double alpha) {
        writeTensors(output / kPairFile, tensors, {{"format", "pt"}});
        writeFileAtomically(output / "adapter_config.json", config(alpha).dump(2) + "\n");
        m_result.lora = true;
    }

    // The keys of peft 0.18 with its defaults.
    [[nodiscard]] Json config(double alpha) const {
        const bool encoderDecoder =
            modules().front().name.starts_with("encoder.") || modules().front().name.starts_with("decoder.");
        std::vector<std::string> targets;
        for (const ModuleInfo& info : modules()) targets.push_back(info.name);
        Json json = {{"auto_mapping", nullptr}};
        // Loading it onto another model than it belongs on would go unseen.
        json["base_model_name_or_path"] = nullptr;
        if (m_onBackbone)
            json["base_model_name_or_path"] = fs::absolute(backboneFolder(m_spec.backbone.path)).string();
        json["bias"] = "none";
        json["exclude_modules"] = nullptr;
        json["fan_in_fan_out"] = false;
        json["inference_mode"] = true;
        json["init_lora_weights"] = true;
        json["layers_pattern"] = nullptr;
        json["layers_to_transform"] = nullptr;
        json["lora_alpha"] = alpha;
        if (alpha == std::floor(alpha) && std::abs(alpha) < 1e9)
            json["lora_alpha"] = static_cast<std::int64_t>(alpha);
        json["lora_bias"] = false;
        json["lora_dropout"] = 0.0;
        json["modules_to_save"] = nullptr;
        json["peft_type"] = "LORA";
        json["peft_version"] = "0.18.1";
        json["r"] = m_result.rank;
        json["rank_pattern"] = Json::object();
        json["alpha_pattern"] = Json::object();
        json["revision"] = nullptr;
        json["target_modules"] = targets;
        json["task_type"] = encoderDecoder ? "SEQ_2_SEQ_LM" : "CAUSAL_LM";
        json["use_dora"] = false;
        json["use_rslora"] = false;
        return json;
    }

    [[nodiscard]] std::string readMe() const {
        const bool several = m_first < m_options.task;
        std::string text = "---\nlibrary_name: peft\n---\n\n";
        text += fmt::format("# {}, {} {}\n\n", m_spec.name, several ? "tasks 1 to" : "task", m_options.task);
        text += fmt::format("What run {} ({}, gate {}) added to {} linear layers. Belongs on {}.\n", name(),
                            m_spec.method.type, m_spec.gate.type, m_result.modules, m_result.base);
        if (m_result.lora && m_options.closestRank)
            text += fmt::format(
                "\n`{}` is the closest LoRA pair of rank {}; relative error in the Frobenius norm: {:.6g}.\n",
                kPairFile, m_result.rank, m_result.relativeError);
        else if (m_result.lora)
            text += fmt::format("\n`{}` is the exact update, a LoRA pair of rank {}.\n", kPairFile,
                                m_result.rank);
        if (m_result.sparse)
            text += fmt::format(
                "\n`{}` is the exact update: of each module `<module>.indices` (row · columns + column) and "
                "`<module>.values`, scaled; {} of {} entries.\n\n"
                "```python\nfrom safetensors.torch import load_file\nupdate = load_file(\"{}\")\n"
                "for key in [k for k in update if k.endswith(\".indices\")]:\n    name = "
                "key[:-len(\".indices\")]\n"
                "    weight = model.get_submodule(name).weight.data\n"
                "    weight.view(-1)[update[key]] += update[name + \".values\"].to(weight.dtype)\n```\n",
                kSparseFile, m_result.liveEntries, m_result.entries, kSparseFile);
        for (const std::string& note : m_result.notes) text += "\n" + note + ".\n";
        if (!m_result.moduleErrors.empty()) {
            text += "\n| module | relative error |\n|---|---|\n";
            for (const auto& [module, error] : m_result.moduleErrors)
                text += fmt::format("| {} | {:.6g} |\n", module, error);
        }
        return text;
    }

    const RunDirectory& m_run;
    const AdapterExportOptions& m_options;
    RunSpec m_spec;
    std::int64_t m_first = 1;
    std::vector<std::unique_ptr<StoredAdapter>> m_adapters;  // tasks m_first to the one that was asked for
    bool m_onBackbone = false;
    bool m_masked = false;
    AdapterExport m_result;
};

}  // namespace

AdapterExport exportAdapter(const RunDirectory& run, const AdapterExportOptions& options,
                            const fs::path& output) {
    if (options.closestRank && *options.closestRank < 1)
        fail(ErrorKind::Input, "rank {} of the closest pair: expected a rank from 1", *options.closestRank);
    const at::NoGradGuard noGrad;
    return Exporter(run, options).write(output);
}

}  // namespace jumplora
