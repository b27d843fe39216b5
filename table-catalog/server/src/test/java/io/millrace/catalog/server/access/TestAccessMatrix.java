package io.millrace.catalog.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.AccessMatrix.Case;
import io.millrace.catalog.server.access.AccessMatrix.Fact;
import io.millrace.catalog.server.access.AccessMatrix.Grant;
import io.millrace.catalog.server.access.AccessMatrix.Row;
import io.millrace.catalog.server.access.AccessMatrix.Section;
import io.millrace.catalog.server.access.ExampleAccess.Way;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules against {@code access-matrix.txt}, which was written by hand. */
class TestAccessMatrix {
  private static final ExampleAccess EXAMPLE = new ExampleAccess();

  static List<Section> sections() {
    return AccessMatrix.read();
  }

  @ParameterizedTest
  @MethodSource("sections")
  void whoMayDoWhatIsWhatTheMatrixSays(Section section) {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    for (Row row : section.rows()) {
      for (Case each : row.cases()) {
        for (Way way : Way.values()) {
          CatalogState state = EXAMPLE.with(each, way);
          for (int i = 0; i < section.actions().size(); i++) {
            Action action = section.actions().get(i);
            String answer = answer(state, section, each, action);
            asked++;
            if (!answer.equals(row.answers().get(i))) {
              wrong.add(
                  "line %d: %s, %s: %s is %s, and the matrix says %s"
                      .formatted(
                          row.line(), each.words(), way, action, answer, row.answers().get(i)));
            }
          }
        }
      }
    }
    assertThat(wrong).as("of %d answers about the %s", asked, section.securable()).isEmpty();
    assertThat(asked).isGreaterThan(100);
  }

  private static String answer(CatalogState state, Section section, Case one, Action action) {
    UUID who = EXAMPLE.asking(one);
    UUID securable = EXAMPLE.id(section.securable());
    AccessDecision decision = AccessRules.decide(state, who, action, securable);
    assertThat(new StateAccessDecider(() -> state).isAllowed(who, action, securable))
        .as("the short answer, %s, %s", one.words(), action)
        .isEqualTo(decision.isAllowed());
    AccessExplanation explained = AccessExplanation.of(state, who, action, securable);
    assertThat(explained.requirements()).isNotEmpty();
    assertThat(explained.requirements().stream().allMatch(AccessExplanation.Requirement::isMet))
        .as("what it takes, %s, %s: %s", one.words(), action, explained)
        .isEqualTo(decision.isAllowed());
    if (decision instanceof AccessDecision.Hidden) {
      return "hide";
    }
    return decision.isAllowed() ? "allow" : "deny";
  }

  @Test
  void theMatrixHasEveryActionAndEverySecurable() {
    Set<SecurableType> types = EnumSet.noneOf(SecurableType.class);
    for (Section section : sections()) {
      SecurableType type = AccessMatrix.SECURABLES.get(section.securable());
      types.add(type);
      assertThat(section.actions())
          .as("columns of " + section.securable())
          .containsExactlyElementsOf(
              Arrays.stream(Action.values()).filter(action -> action.appliesTo(type)).toList());
    }
    assertThat(types).isEqualTo(EnumSet.allOf(SecurableType.class));
  }

  @Test
  void theMatrixHasEveryPrivilegeWhereverItCanBeGrantedAbove() {
    for (Section section : sections()) {
      SecurableType type = AccessMatrix.SECURABLES.get(section.securable());
      List<String> above =
          switch (type) {
            case TABLE, VOLUME, FUNCTION, REGISTERED_MODEL ->
                List.of(section.securable(), "schema", "catalog");
            case SCHEMA -> List.of("schema", "catalog");
            default -> List.of(section.securable());
          };
      for (String on : above) {
        SecurableType at = AccessMatrix.SECURABLES.get(on);
        assertThat(AccessMatrix.granted(section, on))
            .as("privileges on the %s that the section of the %s has", on, section.securable())
            .containsAll(
                Arrays.stream(Privilege.values()).filter(each -> each.appliesTo(at)).toList());
      }
    }
  }

  @Test
  void theMatrixGrantsOnlyWhatCanBeGranted() {
    for (Section section : sections()) {
      for (Row row : section.rows()) {
        assertThat(row.answers()).as("line " + row.line()).isSubsetOf("allow", "deny", "hide");
        for (Case each : row.cases()) {
          for (Fact fact : each.facts()) {
            if (fact instanceof Grant grant) {
              assertThat(grant.privilege().appliesTo(AccessMatrix.SECURABLES.get(grant.on())))
                  .as("line %d: %s", row.line(), grant.words())
                  .isTrue();
            }
          }
        }
      }
    }
  }
}
