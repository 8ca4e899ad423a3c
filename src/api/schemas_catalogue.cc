// The named schemas of catalogues, what-if and plans; see schemas.cc.
#include "api/route.h"

namespace postage::api {
namespace {

constexpr Schema kSchemas[] = {
    {"AccountCatalogue", R"({"type":"object","required":["account","catalogue","plan","next"],
      "properties":{"account":{"type":"string"},"catalogue":{"type":"string"},"plan":{"type":"string"},
      "next":{"type":["object","null"],"description":"a move that has not begun","properties":{
      "catalogue":{"type":"string"},"from":{"type":"string"},"plan":{"type":"string"}}}}})"},
    {"BreakEvenList", R"({"type":"object","required":["account","month","catalogue","plan","items"],
      "properties":{"account":{"type":"string"},"month":{"type":"string"},"catalogue":{"type":"string"},
      "plan":{"type":"string"},"items":{"type":"array","items":{"type":"object",
      "required":["meter","plan","cheaper_from"],"properties":{
      "meter":{"type":"string","enum":["pcu","messages","storage_gb"]},"plan":{"type":"string"},
      "cheaper_from":{"type":["string","null"],"description":"smallest usage at which `plan` is cheaper; null: never"},
      "byte_hours":{"type":"string","description":"the same for storage, exact"},
      "equal_before":{"type":"boolean","description":"one less, and both cost exactly the same"},
      "total_here":{"type":"string","description":"exact total at that usage, not rounded to the cent"},
      "total_there":{"type":"string"}}}}}})"},
    {"CatalogueDraft", R"({"type":"object","additionalProperties":false,"required":["text","reason"],
      "properties":{"text":{"type":"string","description":"the catalogue's JSON, see src/catalog/SCHEMA.md"},
      "replaces":{"type":"string","description":"catalogue that it follows for new accounts"},
      "grandfather":{"type":"boolean","default":true,
      "description":"false: accounts of the replaced one are moved with the effective month"},
      "plans":{"type":"object","additionalProperties":{"type":"string"},"description":"plan there: plan here"},
      "reason":{"type":"string","minLength":1,"maxLength":500}}})"},
    {"CatalogueLint", R"({"type":"object","required":["may_publish","findings"],"properties":{
      "may_publish":{"type":"boolean"},"findings":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}}}})"},
    {"CatalogueMove", R"({"type":"object","additionalProperties":false,"required":["catalogue","from","reason"],
      "properties":{"catalogue":{"type":"string"},
      "from":{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$","description":"month; its first instant"},
      "plans":{"type":"object","additionalProperties":{"type":"string"}},
      "reason":{"type":"string","minLength":1,"maxLength":500}}})"},
    {"CataloguePreview", R"({"type":"object","required":["catalogue","as_of","done","accounts","read","items"],
      "properties":{"catalogue":{"type":"string"},"as_of":{"type":"string"},"done":{"type":"boolean"},
      "accounts":{"type":"string"},"read":{"type":"string"},"pay_more":{"type":"string"},
      "pay_less":{"type":"string"},"pay_the_same":{"type":"string"},"other_currency":{"type":"string"},
      "cannot_move":{"type":"string"},"lose_features":{"type":"string"},"currency":{"type":"string"},
      "closed_month":{"$ref":"#/components/schemas/PreviewSums"},
      "running_month":{"$ref":"#/components/schemas/PreviewSums"},
      "items":{"type":"array","items":{"type":"object","required":["account","months","gained","lost"],
      "properties":{"account":{"type":"string"},"name":{"type":"string"},"plan_before":{"type":"string"},
      "plan_after":{"type":"string"},"months":{"type":"array","items":{"type":"object","properties":{
      "month":{"type":"string"},"running":{"type":"boolean"},"difference":{"type":["string","null"]},
      "before":{"$ref":"#/components/schemas/RatedBill"},"after":{"$ref":"#/components/schemas/RatedBill"}}}},
      "gained":{"type":"array","items":{"type":"string"}},"lost":{"type":"array","items":{"type":"string"}}}}},
      "next":{"type":"string"}}})"},
    {"CataloguePublication", R"({"type":"object","required":["name","version","state","effective_from","sha256"],
      "properties":{"name":{"type":"string"},"version":{"type":"string"},
      "state":{"type":"string","enum":["draft","published","withdrawn"]},"effective_from":{"type":"string"},
      "currency":{"type":"string"},"zone":{"type":"string"},"replaces":{"type":["string","null"]},
      "grandfather":{"type":"boolean"},"plans":{"type":"object","additionalProperties":{"type":"string"}},
      "sha256":{"type":"string"},"drafted_at":{"type":"string"},"published_at":{"type":["string","null"]},
      "withdrawn_at":{"type":["string","null"]},"by":{"type":"string"},"why":{"type":"string"},
      "findings":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}}}})"},
    {"CataloguePublicationList", R"({"type":"object","required":["items"],"properties":{"items":{"type":"array",
      "items":{"$ref":"#/components/schemas/CataloguePublication"}}}})"},
    {"CatalogueText", R"({"type":"object","additionalProperties":false,"required":["text"],
      "properties":{"text":{"type":"string"}}})"},
    {"Finding", R"({"type":"object","required":["severity","pointer","code","text"],"properties":{
      "severity":{"type":"string","enum":["error","warning"]},"pointer":{"type":"string"},"code":{"type":"string"},
      "text":{"type":"string"}}})"},
    {"Forecast", R"({"type":"object","required":["account","month","as_of","firm","meters","bill","low","high"],
      "properties":{"account":{"type":"string"},"month":{"type":"string"},"as_of":{"type":"string"},
      "covered_minutes":{"type":"string","description":"of the last 28 days"},
      "firm":{"type":"boolean","description":"three days or more are known"},
      "meters":{"type":"object","additionalProperties":{"type":"object","properties":{"used":{"type":"string"},
      "expected":{"type":"string"},"low":{"type":"string"},"high":{"type":"string"},
      "quota":{"type":["string","null"]},"reached":{"type":"boolean"},
      "crosses_at":{"type":["string","null"],"description":"first full hour; null: not this month"}}}},
      "bill":{"$ref":"#/components/schemas/RatedBill"},"low":{"type":"string"},"high":{"type":"string"},
      "budget":{"type":["object","null"],"properties":{"amount":{"type":"string"},"reached":{"type":"boolean"},
      "crosses_at":{"type":["string","null"]}}}}})"},
    {"PlanState", R"({"type":"object","required":["account","catalogue","plan","next_plan","month","renews_at"],
      "properties":{"account":{"type":"string"},"catalogue":{"type":"string"},"plan":{"type":"string"},
      "rated_by":{"type":"string"},"next_plan":{"type":["string","null"]},"month":{"type":"string"},
      "renews_at":{"type":"string"},"spans":{"type":"array","items":{"type":"object","properties":{
      "plan":{"type":"string"},"from":{"type":"string"}}}}}})"},
    {"PreviewSums", R"({"type":"object","properties":{"before":{"type":"string"},"after":{"type":"string"},
      "difference":{"type":"string"}}})"},
    {"RatedBill", R"({"type":"object","required":["plan","catalogue","currency","lines","total"],"properties":{
      "plan":{"type":"string"},"catalogue":{"type":"string"},"currency":{"type":"string"},"lines":{"type":"array",
      "items":{"$ref":"#/components/schemas/InvoiceLine"}},"total":{"type":"string"}}})"},
    {"Reason", R"({"type":"object","additionalProperties":false,"required":["reason"],"properties":{
      "reason":{"type":"string","minLength":1,"maxLength":500}}})"},
    {"WhatIf", R"({"type":"object","required":["account","month","plan","catalogue","currency","total","invoices"],
      "properties":{"account":{"type":"string"},"month":{"type":"string"},"running":{"type":"boolean"},
      "plan":{"type":"string"},"catalogue":{"type":"string"},"currency":{"type":"string"},"total":{"type":"string"},
      "invoices":{"type":"array","items":{"allOf":[{"$ref":"#/components/schemas/RatedBill"},{"type":"object",
      "required":["current","possible","difference"],"properties":{"current":{"type":"boolean"},
      "possible":{"type":"boolean","description":"false: a hard plan would have refused what is above its quotas"},
      "difference":{"type":["string","null"],"description":"to the real total; null in another currency"},
      "passed":{"type":"array","items":{"type":"object","properties":{"meter":{"type":"string"},
      "used":{"type":"string"},"quota":{"type":"string"}}}}}}]}},
      "left_out":{"type":"array","items":{"type":"string"},
      "description":"catalogues that count messages by another unit"}}})"},
};

}  // namespace

std::span<const Schema> catalogue_schemas() { return kSchemas; }

}  // namespace postage::api
