// Our codec against libprotobuf's generated code: the same bytes for every frame, and random frames of the schema read,
// turned into JSON and back, and written without a change.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <postage/v1/client.pb.h>

#include <random>

#include "wire/test_samples.h"

namespace postage::wire {
namespace {

namespace pb = google::protobuf;

/// Fills every field of a message by reflection, so that a field added to the schema is tested without an edit here.
class Filler {
 public:
  explicit Filler(std::uint32_t seed) : random_(seed) {}

  void fill(pb::Message& message) {
    const pb::Descriptor* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const pb::FieldDescriptor* field = type->field(i);
      const bool choice = field->real_containing_oneof() != nullptr;
      if (choice || below(4) == 0) continue;
      fill_field(message, field);
    }
    for (int i = 0; i < type->real_oneof_decl_count(); ++i) {
      const pb::OneofDescriptor* oneof = type->oneof_decl(i);
      fill_field(message, oneof->field(static_cast<int>(below(static_cast<std::uint32_t>(oneof->field_count())))));
    }
    make_errors_agree(message);
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_()) % n; }
  std::uint64_t integer() {
    const std::uint64_t wide = random_() & kIntegerMax;
    return wide >> below(53);
  }
  std::string bytes() {
    std::string out(below(3) == 0 ? below(400) : below(12), '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  std::string text() {
    static const char* const kPieces[] = {
        "a", "Z", " ", "\"", "\\", "\n", "\x01", "/", "é", "你", "😀", "\x7f", "0123456789abcdef"};
    std::string out;
    for (std::uint32_t n = below(3) == 0 ? below(100) : below(6); n > 0; --n) out += kPieces[below(std::size(kPieces))];
    return out;
  }

  void fill_field(pb::Message& message, const pb::FieldDescriptor* field) {
    const pb::Reflection* reflection = message.GetReflection();
    if (field->is_repeated()) {
      for (std::uint32_t n = below(4); n > 0; --n) fill(*reflection->AddMessage(&message, field));
      return;
    }
    switch (field->type()) {
      case pb::FieldDescriptor::TYPE_MESSAGE:
        return fill(*reflection->MutableMessage(&message, field));
      case pb::FieldDescriptor::TYPE_STRING:
        return reflection->SetString(&message, field, text());
      case pb::FieldDescriptor::TYPE_BYTES:
        return reflection->SetString(&message, field,
                                     field->name() == "session" ? std::string("sixteen bytes...") : bytes());
      case pb::FieldDescriptor::TYPE_BOOL:
        return reflection->SetBool(&message, field, below(2) == 1);
      case pb::FieldDescriptor::TYPE_UINT32:
        return reflection->SetUInt32(&message, field, static_cast<std::uint32_t>(random_()) >> below(32));
      case pb::FieldDescriptor::TYPE_UINT64:
        return reflection->SetUInt64(&message, field, integer());
      case pb::FieldDescriptor::TYPE_INT64:
        return reflection->SetInt64(&message, field, static_cast<std::int64_t>(integer()));
      case pb::FieldDescriptor::TYPE_SINT32:
        return reflection->SetInt32(&message, field, -1);
      case pb::FieldDescriptor::TYPE_ENUM:
        return reflection->SetEnumValue(
            &message, field, static_cast<int>(below(static_cast<std::uint32_t>(field->enum_type()->value_count()))));
      default:
        FAIL() << "a kind of field the codec does not know: " << field->full_name();
    }
  }

  /// An error's name, text and advice belong to its number.
  void make_errors_agree(pb::Message& message) {
    const pb::Descriptor* type = message.GetDescriptor();
    const pb::Reflection* reflection = message.GetReflection();
    const pb::FieldDescriptor* number = type->FindFieldByName("number");
    if (number == nullptr) return;
    const ErrorRow& row = error_rows()[below(static_cast<std::uint32_t>(error_rows().size()))];
    reflection->SetInt32(&message, number, static_cast<std::int32_t>(row.code));
    reflection->SetString(&message, type->FindFieldByName("name"), std::string(row.name));
    if (const auto* text = type->FindFieldByName("text")) reflection->SetString(&message, text, std::string(row.text));
    if (const auto* retry = type->FindFieldByName("retry")) {
      reflection->SetEnumValue(&message, retry, static_cast<int>(row.retry));
    }
  }

  std::mt19937_64 random_;
};

/// What the codec always writes because its own default differs from Protobuf's.
void make_defaults_explicit(v1::ClientFrame& frame) {
  if (!frame.has_subscribe()) return;
  auto& subscribe = *frame.mutable_subscribe();
  if (!subscribe.has_with_message()) subscribe.set_with_message(true);
  if (!subscribe.has_with_presence()) subscribe.set_with_presence(true);
}
void make_defaults_explicit(v1::ServerFrame& frame) {
  // Present although empty: a plain member of ours.
  if (frame.has_login() && frame.login().has_limits() && frame.login().limits().ByteSizeLong() == 0) {
    frame.mutable_login()->clear_limits();
  }
}

Result<Request> decode(Codec codec, const std::string& bytes, const v1::ClientFrame&) {
  return decode_request(codec, bytes, codec == Codec::json);
}
Result<ServerFrame> decode(Codec codec, const std::string& bytes, const v1::ServerFrame&) {
  return decode_event(codec, bytes, codec == Codec::json);
}

template <class PbFrame>
void random_frames_survive(std::uint32_t seed) {
  Filler filler(seed);
  std::array<int, 128> seen{};
  for (int round = 0; round < 4000; ++round) {
    PbFrame frame;
    filler.fill(frame);
    if (frame.request_id() == 0) frame.set_request_id(1);
    make_defaults_explicit(frame);
    const std::string theirs = frame.SerializeAsString();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + frame.ShortDebugString());

    auto ours = decode(Codec::proto, theirs, frame);
    if (frame.GetReflection()->HasOneof(frame, frame.GetDescriptor()->oneof_decl(0))) {
      ++seen[static_cast<std::size_t>(
          frame.GetReflection()->GetOneofFieldDescriptor(frame, frame.GetDescriptor()->oneof_decl(0))->number())];
    }
    ASSERT_TRUE(ours.ok()) << ours.error().to_string();
    ASSERT_EQ(samples::hex(samples::payload_of(Codec::proto, *ours)), samples::hex(theirs));

    const std::string json = samples::payload_of(Codec::json, *ours);
    auto again = decode(Codec::json, json, frame);
    ASSERT_TRUE(again.ok()) << again.error().to_string() << "\n" << json;
    ASSERT_EQ(samples::hex(samples::payload_of(Codec::proto, *again)), samples::hex(theirs)) << json;
  }
  const pb::OneofDescriptor* kinds = PbFrame::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds->field_count(); ++i) {
    EXPECT_GT(seen[static_cast<std::size_t>(kinds->field(i)->number())], 50) << kinds->field(i)->name();
  }
}

TEST(Protobuf, RandomClientFramesAreReadAndWrittenByteForByteAndSurviveJson) {
  random_frames_survive<v1::ClientFrame>(1);
}
TEST(Protobuf, RandomServerFramesAreReadAndWrittenByteForByteAndSurviveJson) {
  random_frames_survive<v1::ServerFrame>(2);
}

TEST(Protobuf, EverySampleIsWrittenAsLibprotobufWritesIt) {
  for (const auto& [name, request] : samples::requests()) {
    v1::ClientFrame frame;
    const std::string ours = samples::payload_of(Codec::proto, request);
    ASSERT_TRUE(frame.ParseFromString(ours)) << name;
    EXPECT_EQ(samples::hex(frame.SerializeAsString()), samples::hex(ours)) << name;
    EXPECT_TRUE(frame.GetReflection()->GetUnknownFields(frame).empty()) << name;
  }
  for (const auto& [name, event] : samples::server_frames()) {
    v1::ServerFrame frame;
    const std::string ours = samples::payload_of(Codec::proto, event);
    ASSERT_TRUE(frame.ParseFromString(ours)) << name;
    EXPECT_EQ(samples::hex(frame.SerializeAsString()), samples::hex(ours)) << name;
  }
}

TEST(Protobuf, FieldsOfANewerPeerAreSkipped) {
  v1::ClientFrame frame;
  frame.set_request_id(3);
  frame.mutable_subscribe()->set_channel("news");
  const std::string plain = frame.SerializeAsString();
  auto* unknown = frame.mutable_subscribe()->GetReflection()->MutableUnknownFields(frame.mutable_subscribe());
  unknown->AddVarint(900, ~0ULL);
  unknown->AddFixed32(901, 1);
  unknown->AddFixed64(902, 2);
  unknown->AddLengthDelimited(903, "later");
  frame.GetReflection()->MutableUnknownFields(&frame)->AddLengthDelimited(75, "history");
  const std::string newer = frame.SerializeAsString();
  ASSERT_GT(newer.size(), plain.size() + 30);
  auto request = decode_request(Codec::proto, newer, false);
  ASSERT_TRUE(request.ok()) << request.error().to_string();
  v1::ClientFrame read;
  ASSERT_TRUE(read.ParseFromString(samples::payload_of(Codec::proto, *request)));
  EXPECT_EQ(read.request_id(), 3U);
  EXPECT_EQ(read.subscribe().channel(), "news");
  EXPECT_TRUE(read.subscribe().GetReflection()->GetUnknownFields(read.subscribe()).empty());
}

}  // namespace
}  // namespace postage::wire
