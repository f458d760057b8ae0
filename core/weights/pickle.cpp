// SPDX-License-Identifier: Apache-2.0
#include "weights/pickle.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

namespace jumplora {
namespace {

using Kind = PickleNode::Kind;
using Place = std::uint32_t;

// Files of tensors have about 15 values for each; more than this is no such file.
constexpr std::size_t kMaxNodes = 4'000'000;
constexpr std::size_t kMaxBytes = 64U << 20U;

// Numbers as in Python's pickletools.
enum Opcode : unsigned char {
    kMark = '(',
    kStop = '.',
    kPop = '0',
    kBinFloat = 'G',
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kNone = 'N',
    kBinPersId = 'Q',
    kReduce = 'R',
    kBinString = 'T',
    kShortBinString = 'U',
    kBinUnicode = 'X',
    kAppend = 'a',
    kBuild = 'b',
    kGlobal = 'c',
    kEmptyDict = '}',
    kAppends = 'e',
    kBinGet = 'h',
    kInstance = 'i',
    kLongBinGet = 'j',
    kEmptyList = ']',
    kObject = 'o',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kSetItem = 's',
    kTuple = 't',
    kEmptyTuple = ')',
    kSetItems = 'u',
    kProto = 0x80,
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kLong1 = 0x8a,
    kShortBinUnicode = 0x8c,
    kStackGlobal = 0x93,
    kMemoize = 0x94,
    kFrame = 0x95,
};

struct OpcodeName {
    unsigned char code;
    const char* name;
};
// Those that are refused but deserve their name.
constexpr std::array<OpcodeName, 23> kRefused = {
    {{'I', "INT"},        {'L', "LONG"},           {'F', "FLOAT"},
     {'S', "STRING"},     {'V', "UNICODE"},        {'P', "PERSID"},
     {'d', "DICT"},       {'l', "LIST"},           {'g', "GET"},
     {'p', "PUT"},        {'1', "POP_MARK"},       {'2', "DUP"},
     {'B', "BINBYTES"},   {'C', "SHORT_BINBYTES"}, {0x81, "NEWOBJ"},
     {0x82, "EXT1"},      {0x83, "EXT2"},          {0x84, "EXT4"},
     {0x8b, "LONG4"},     {0x8f, "EMPTY_SET"},     {0x91, "FROZENSET"},
     {0x92, "NEWOBJ_EX"}, {0x96, "BYTEARRAY8"}}};

struct StorageType {
    const char* name;
    DType dtype;
};
constexpr std::array<StorageType, 10> kStorages = {{{"FloatStorage", DType::F32},
                                                    {"DoubleStorage", DType::F64},
                                                    {"HalfStorage", DType::F16},
                                                    {"BFloat16Storage", DType::BF16},
                                                    {"LongStorage", DType::I64},
                                                    {"IntStorage", DType::I32},
                                                    {"ShortStorage", DType::I16},
                                                    {"CharStorage", DType::I8},
                                                    {"ByteStorage", DType::U8},
                                                    {"BoolStorage", DType::Bool}}};

constexpr const char* kOrderedDict = "collections.OrderedDict";
constexpr const char* kRebuildTensor = "torch._utils._rebuild_tensor";
constexpr const char* kRebuildTensor2 = "torch._utils._rebuild_tensor_v2";
constexpr const char* kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr std::array kFunctions = {kOrderedDict, kRebuildTensor, kRebuildTensor2, kRebuildParameter};

}  // namespace

const char* describe(Kind kind) {
    switch (kind) {
        case Kind::None:
            return "None";
        case Kind::Boolean:
            return "a boolean";
        case Kind::Integer:
            return "a whole number";
        case Kind::Real:
            return "a number";
        case Kind::Text:
            return "a text";
        case Kind::Tuple:
            return "a tuple";
        case Kind::List:
            return "a list";
        case Kind::Dict:
            return "a dictionary";
        case Kind::Callable:
            return "a function";
        case Kind::Storage:
            return "a storage";
        case Kind::Tensor:
            return "a tensor";
    }
    return "a value";
}

class PickleMachine {
  public:
    PickleMachine(Pickle& result, std::span<const std::byte> bytes, const std::string& where)
        : m_nodes(result.m_nodes), m_bytes(bytes), m_where(where) {}

    // Place of the value that STOP leaves.
    Place run() {
        for (;;) {
            m_opcodeAt = m_at;
            const auto code = std::to_integer<unsigned char>(take(1)[0]);
            if (code == kStop) return pop();
            step(code);
        }
    }

    [[nodiscard]] std::size_t at() const { return m_at; }

  private:
    [[noreturn]] void damaged(const std::string& what) const {
        fail(ErrorKind::Format, "{}: not a file of tensors, or damaged: {} at byte {} of its pickle", m_where,
             what, m_opcodeAt);
    }

    std::span<const std::byte> take(std::uint64_t count) {
        if (count > m_bytes.size() - m_at) damaged("it ends too early");
        const auto piece = m_bytes.subspan(m_at, count);
        m_at += count;
        return piece;
    }
    template <typename T>
    T number() {
        T value = 0;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string_view text(std::uint64_t count) {
        const auto piece = take(count);
        return {reinterpret_cast<const char*>(piece.data()), piece.size()};
    }
    std::string_view line() {
        const auto* begin = m_bytes.data() + m_at;
        const auto* end = std::find(begin, m_bytes.data() + m_bytes.size(), std::byte{'\n'});
        if (end == m_bytes.data() + m_bytes.size()) damaged("it ends too early");
        const std::string_view result = text(static_cast<std::uint64_t>(end - begin));
        take(1);
        return result;
    }

    Place add(Kind kind, std::int64_t value = 0, std::string_view name = {}) {
        if (m_nodes.size() >= kMaxNodes) damaged(fmt::format("more than {} values", kMaxNodes));
        PickleNode node;
        node.kind = kind;
        node.number = value;
        node.text = name;
        m_nodes.push_back(std::move(node));
        return static_cast<Place>(m_nodes.size() - 1);
    }
    void push(Place place) { m_stack.push_back(place); }
    void push(Kind kind, std::int64_t value = 0, std::string_view name = {}) { push(add(kind, value, name)); }
    // Values above the last mark; below it they are out of reach.
    [[nodiscard]] std::size_t height() const {
        return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back());
    }
    Place pop() {
        if (height() == 0) damaged("a value is missing");
        const Place place = m_stack.back();
        m_stack.pop_back();
        return place;
    }
    std::vector<Place> popCount(std::size_t count) {
        if (height() < count) damaged("a value is missing");
        std::vector<Place> values(m_stack.end() - static_cast<std::ptrdiff_t>(count), m_stack.end());
        m_stack.resize(m_stack.size() - count);
        return values;
    }
    std::vector<Place> popToMark() {
        if (m_marks.empty()) damaged("a mark is missing");
        std::vector<Place> values = popCount(height());
        m_marks.pop_back();
        return values;
    }
    PickleNode& top(Kind kind) {
        if (height() == 0) damaged("a value is missing");
        PickleNode& node = m_nodes[m_stack.back()];
        if (node.kind != kind)
            damaged(fmt::format("{} where {} should stand", describe(node.kind), describe(kind)));
        return node;
    }
    void tuple(std::vector<Place> items) {
        push(Kind::Tuple);
        m_nodes[m_stack.back()].items = std::move(items);
    }
    void extend(Kind kind, const std::vector<Place>& values) {
        PickleNode& target = top(kind);
        if (kind == Kind::Dict && values.size() % 2 != 0) damaged("a key without a value");
        target.items.insert(target.items.end(), values.begin(), values.end());
    }
    void store(std::uint32_t key) {
        if (height() == 0) damaged("a value is missing");
        m_memo[key] = m_stack.back();
    }
    void fetch(std::uint32_t key) {
        const auto found = m_memo.find(key);
        if (found == m_memo.end()) damaged(fmt::format("nothing was kept as number {}", key));
        push(found->second);
    }

    // Only what files of tensors are made of has a name here.
    void callable(std::string_view module, std::string_view name) {
        const std::string full = fmt::format("{}.{}", module, name);
        for (const char* known : kFunctions) {
            if (full == known) return push(Kind::Callable, 0, known);
        }
        for (const StorageType& type : kStorages) {
            if ((module != "torch" && module != "torch.cuda") || name != type.name) continue;
            push(Kind::Callable, 0, type.name);
            m_nodes[m_stack.back()].dtype = type.dtype;
            return;
        }
        fail(ErrorKind::Format,
             "{}: its pickle asks for {}, which no file of plain tensors needs; refused, nothing was "
             "executed. "
             "If you trust the file, load it with PyTorch and save its tensors as safetensors",
             m_where, full);
    }

    // ('storage', type, key, location, entries[, view]) -> Storage
    void persistent() {
        const PickleNode& id = m_nodes[pop()];
        const auto isText = [&](std::size_t i) { return m_nodes[id.items[i]].kind == Kind::Text; };
        const bool known = id.kind == Kind::Tuple && (id.items.size() == 5 || id.items.size() == 6) &&
                           isText(0) && m_nodes[id.items[0]].text == "storage" &&
                           m_nodes[id.items[1]].kind == Kind::Callable && isText(2) &&
                           m_nodes[id.items[4]].kind == Kind::Integer && m_nodes[id.items[4]].number >= 0;
        if (!known) damaged("a storage of an unknown form");
        if (id.items.size() == 6 && m_nodes[id.items[5]].kind != Kind::None)
            damaged("a storage that is a part of another one");
        const PickleNode& type = m_nodes[id.items[1]];
        if (std::find(kFunctions.begin(), kFunctions.end(), type.text) != kFunctions.end())
            damaged(fmt::format("{} as the type of a storage", type.text));
        const DType dtype = type.dtype;
        const std::int64_t entries = m_nodes[id.items[4]].number;
        const std::string_view key = m_nodes[id.items[2]].text;
        push(Kind::Storage, entries, key);
        m_nodes[m_stack.back()].dtype = dtype;
    }

    void reduce() {
        const std::vector<Place> both = popCount(2);
        const std::string_view name = m_nodes[both[0]].text;
        if (m_nodes[both[0]].kind != Kind::Callable || m_nodes[both[1]].kind != Kind::Tuple)
            damaged("a call of something that is not a function");
        const std::vector<Place>& arguments = m_nodes[both[1]].items;
        if (name == kOrderedDict && arguments.empty()) return push(Kind::Dict);
        if (name == kRebuildParameter && !arguments.empty() && m_nodes[arguments[0]].kind == Kind::Tensor)
            return push(arguments[0]);
        if (name == kRebuildTensor || name == kRebuildTensor2) return rebuild(name, arguments);
        damaged(fmt::format("{} with arguments that are not known", name));
    }

    // (storage, first entry, sizes, strides[, requires_grad, hooks[, metadata]])
    void rebuild(std::string_view name, const std::vector<Place>& arguments) {
        const auto kind = [&](std::size_t i) { return m_nodes[arguments[i]].kind; };
        const bool known = arguments.size() >= 4 && arguments.size() <= 7 && kind(0) == Kind::Storage &&
                           kind(1) == Kind::Integer && kind(2) == Kind::Tuple && kind(3) == Kind::Tuple;
        if (!known) damaged(fmt::format("{} with arguments that are not known", name));
        if (arguments.size() == 7 && !m_nodes[arguments[6]].items.empty())
            damaged("a tensor with conjugation or negation left to do");
        const std::int64_t first = m_nodes[arguments[1]].number;
        std::vector<Place> parts = {arguments[0], arguments[2], arguments[3]};
        push(Kind::Tensor, first);
        m_nodes[m_stack.back()].items = std::move(parts);
    }

    void longInteger() {
        const std::string_view raw = text(number<std::uint8_t>());
        std::int64_t value = !raw.empty() && (static_cast<unsigned char>(raw.back()) & 0x80U) != 0 ? -1 : 0;
        std::memcpy(&value, raw.data(), std::min(raw.size(), sizeof value));
        push(Kind::Integer, value, raw);
    }

    void step(unsigned char code) {
        switch (code) {
            case kProto:
                take(1);
                return;
            case kFrame:
                take(sizeof(std::uint64_t));
                return;
            case kMark:
                m_marks.push_back(m_stack.size());
                return;
            case kPop:
                pop();
                return;
            case kNone:
                return push(Kind::None);
            case kNewTrue:
                return push(Kind::Boolean, 1);
            case kNewFalse:
                return push(Kind::Boolean, 0);
            case kBinInt:
                return push(Kind::Integer, number<std::int32_t>());
            case kBinInt1:
                return push(Kind::Integer, number<std::uint8_t>());
            case kBinInt2:
                return push(Kind::Integer, number<std::uint16_t>());
            case kLong1:
                return longInteger();
            case kBinFloat:
                take(sizeof(double));
                return push(Kind::Real);
            case kBinUnicode:
            case kBinString:
                return push(Kind::Text, 0, text(number<std::uint32_t>()));
            case kShortBinUnicode:
            case kShortBinString:
                return push(Kind::Text, 0, text(number<std::uint8_t>()));
            case kEmptyDict:
                return push(Kind::Dict);
            case kEmptyList:
                return push(Kind::List);
            case kEmptyTuple:
                return push(Kind::Tuple);
            case kTuple1:
                return tuple(popCount(1));
            case kTuple2:
                return tuple(popCount(2));
            case kTuple3:
                return tuple(popCount(3));
            case kTuple:
                return tuple(popToMark());
            case kAppend:
                return extend(Kind::List, popCount(1));
            case kAppends:
                return extend(Kind::List, popToMark());
            case kSetItem:
                return extend(Kind::Dict, popCount(2));
            case kSetItems:
                return extend(Kind::Dict, popToMark());
            case kBinPut:
                return store(number<std::uint8_t>());
            case kLongBinPut:
                return store(number<std::uint32_t>());
            case kMemoize:
                return store(static_cast<std::uint32_t>(m_memo.size()));
            case kBinGet:
                return fetch(number<std::uint8_t>());
            case kLongBinGet:
                return fetch(number<std::uint32_t>());
            case kGlobal:
            case kInstance: {
                const std::string_view module = line();
                return callable(module, line());
            }
            case kStackGlobal: {
                const std::vector<Place> both = popCount(2);
                if (m_nodes[both[0]].kind != Kind::Text || m_nodes[both[1]].kind != Kind::Text)
                    damaged("a function whose name is no text");
                return callable(m_nodes[both[0]].text, m_nodes[both[1]].text);
            }
            case kBinPersId:
                return persistent();
            case kReduce:
                return reduce();
            case kBuild:
                // Attributes of a dictionary (PyTorch notes versions of modules there) say nothing about its
                // tensors; nothing else may have any.
                pop();
                top(Kind::Dict);
                return;
            default:
                refuse(code);
        }
    }

    [[noreturn]] void refuse(unsigned char code) const {
        const auto* known = std::find_if(kRefused.begin(), kRefused.end(),
                                         [&](const OpcodeName& each) { return each.code == code; });
        damaged(known == kRefused.end() ? fmt::format("the unknown instruction 0x{:02x}", code)
                                        : fmt::format("the instruction {}", known->name));
    }

    std::vector<PickleNode>& m_nodes;
    std::span<const std::byte> m_bytes;
    const std::string& m_where;
    std::size_t m_at = 0;
    std::size_t m_opcodeAt = 0;
    std::vector<Place> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, Place> m_memo;
};

Pickle::Pickle(std::span<const std::byte> bytes, const std::string& where) {
    // What follows the first STOP is not this pickle's.
    PickleMachine machine(*this, bytes.first(std::min(bytes.size(), kMaxBytes)), where);
    m_root = machine.run();
    m_size = machine.at();
}

}  // namespace jumplora
