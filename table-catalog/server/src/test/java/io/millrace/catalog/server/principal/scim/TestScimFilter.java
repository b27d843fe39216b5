package io.millrace.catalog.server.principal.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TestScimFilter {
  private static final JsonNode ANN = user();

  private static JsonNode user() {
    try {
      return JsonMapper.builder()
          .build()
          .readTree(
              """
              {"id": "2819c223-7f76-453a-919d-413861904646",
               "userName": "Ann@Example.com",
               "displayName": "Ann \\"the\\" (First) and [only]",
               "externalId": "Abc",
               "active": true,
               "name": {"formatted": "Ann"},
               "emails": [{"value": "ann@example.com", "type": "work", "primary": true},
                          {"value": "ann@home.example", "type": "home"}],
               "groups": [],
               "meta": {"resourceType": "User", "created": "2026-01-02T03:04:05.678Z"}}
              """);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean matches(String filter) {
    return ScimFilterParser.parse(ScimType.USER, filter).matches(ANN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName eq \"ann@example.com\"",
        "USERNAME Eq \"ANN@EXAMPLE.COM\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"ann\"",
        "userName ne \"bob\"",
        "userName co \"@exam\"",
        "userName ew \".COM\"",
        "userName gt \"ann\"",
        "userName ge \"ann@example.com\"",
        "userName lt \"b\"",
        "externalId eq \"Abc\"",
        "externalId pr",
        "active eq true",
        "active eq \"True\"",
        "active ne false",
        "title eq null",
        "not (title pr)",
        "groups ne \"x\"",
        "emails co \"home\"",
        "emails.value eq \"ann@home.example\"",
        "emails[type eq \"home\" and value ew \".example\"]",
        "emails[primary eq true]",
        "name.formatted eq \"Ann\"",
        "meta.created lt \"2026-01-02T04:04:06.678+01:00\"",
        "meta.created ge \"2026-01-02T04:04:05.678+01:00\"",
        "displayName eq \"Ann \\\"the\\\" (First) and [only]\"",
        "displayName co \"\\u0022the\"",
        "title pr or userName pr",
        "title pr and userName pr or active eq true",
        "active eq true or title pr and title pr",
        "(userName sw \"a\" or userName sw \"b\") and not (active eq false)",
        "not(title pr)",
        "  userName   pr  "
      })
  void letsThrough(String filter) {
    assertThat(matches(filter)).as(filter).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName eq \"ann\"",
        "userName ne \"ANN@example.com\"",
        "externalId eq \"abc\"",
        "active eq false",
        "active eq \"False\"",
        "title pr",
        "title eq \"x\"",
        "groups pr",
        "userName eq null",
        "emails[type eq \"home\" and value ew \".com\"]",
        "emails[type eq \"work\" and not (primary eq true)]",
        "meta.created gt \"2026-01-02T03:04:05.678Z\"",
        "title pr and (userName pr or active eq true)",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName pr"
      })
  void keepsBack(String filter) {
    assertThat(matches(filter)).as(filter).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "userName|the filter has the end at character 9, where one of eq, ne, co, sw, ew, gt, ge, lt, le, pr is expected",
        "userName eq|the filter has the end at character 12, where a value is expected",
        "userName like \"x\"|the filter has \"like\" at character 10, where one of eq, ne, co, sw, ew, gt, ge, lt, le, pr is expected",
        "userName eq ann|the filter has \"ann\" at character 13, where a text in quotes, a number, true, false or null is expected",
        "userName eq \"ann|the text that begins at character 13 has no end",
        "userName eq \"\\x\"|the text at character 13 is not written as in JSON",
        "userName eq 'ann'|the filter has \"'ann'\" at character 13, where a text in quotes, a number, true, false or null is expected",
        "(userName pr|the filter has the end at character 13, where \")\" is expected",
        "userName pr)|the filter has \")\" at character 12, where \"and\", \"or\" or the end is expected",
        "userName pr userName pr|the filter has \"userName\" at character 13, where \"and\", \"or\" or the end is expected",
        "userName pr and|the filter has the end at character 16, where an attribute is expected",
        "\"userName\" pr|the filter has a text at character 1, where an attribute is expected",
        "pasword eq \"x\"|a User has no attribute pasword",
        "members pr|a User has no attribute members",
        "a.b.c pr|the filter has \"a.b.c\" at character 1, where an attribute is expected",
        "active gt true|active is true or false, and gt does not say which",
        "active eq \"yes\"|active is true or false, and eq does not say which",
        "userName co 7|co compares texts",
        "userName gt null|gt compares texts",
        "meta.created gt \"yesterday\"|\"yesterday\" is no time with an offset",
        "meta.created co \"2026\"|meta.created is a time, and no text",
        "emails[type eq \"work\"|the filter has the end at character 22, where \"]\" is expected"
      })
  void tellsWhatIsWrongWithAFilter(String filter, String problem) {
    assertThatThrownBy(() -> matches(filter))
        .isInstanceOfSatisfying(
            ScimException.class,
            e -> {
              assertThat(e.problem()).isEqualTo(problem);
              assertThat(e.status()).isEqualTo(400);
              assertThat(e.scimType()).contains("invalidFilter");
            });
  }

  @Test
  void aFilterThatIsTooDeepOrTooLongIsRefused() {
    assertThat(matches("(".repeat(32) + "userName pr" + ")".repeat(32))).isTrue();
    assertThatThrownBy(() -> matches("(".repeat(33) + "userName pr" + ")".repeat(33)))
        .hasMessageContaining("the filter has more than 32 brackets in each other");
    assertThatThrownBy(() -> matches("userName eq \"" + "x".repeat(8192) + "\""))
        .hasMessageContaining("the filter has 8206 characters, more than 8192");
  }

  @Test
  void anAndWithTheUniqueNameDemandsIt() {
    assertThat(
            ScimFilterParser.parse(ScimType.USER, "active eq true and userName eq \"ann\"")
                .demanded("userName"))
        .contains("ann");
    assertThat(
            ScimFilterParser.parse(ScimType.USER, "active eq true or userName eq \"ann\"")
                .demanded("userName"))
        .isEmpty();
    assertThat(
            ScimFilterParser.parse(ScimType.USER, "not (userName eq \"ann\")").demanded("userName"))
        .isEmpty();
  }
}
