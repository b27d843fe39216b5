package io.millrace.catalog.server.access;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code access-matrix.txt} says, read; nothing here knows a rule of access. */
final class AccessMatrix {
  static final Map<String, SecurableType> SECURABLES =
      Map.ofEntries(
          Map.entry("metastore", SecurableType.METASTORE),
          Map.entry("catalog", SecurableType.CATALOG),
          Map.entry("second", SecurableType.CATALOG),
          Map.entry("schema", SecurableType.SCHEMA),
          Map.entry("other", SecurableType.SCHEMA),
          Map.entry("table", SecurableType.TABLE),
          Map.entry("sibling", SecurableType.TABLE),
          Map.entry("elsewhere", SecurableType.TABLE),
          Map.entry("volume", SecurableType.VOLUME),
          Map.entry("function", SecurableType.FUNCTION),
          Map.entry("model", SecurableType.REGISTERED_MODEL),
          Map.entry("location", SecurableType.EXTERNAL_LOCATION),
          Map.entry("credential", SecurableType.STORAGE_CREDENTIAL));

  private AccessMatrix() {}

  /** What one securable's section says. */
  record Section(String securable, List<Action> actions, List<Row> rows) {}

  /** One row: every case in it has the same answers. */
  record Row(int line, String role, List<Case> cases, List<String> answers) {}

  /** What somebody has, all at once. */
  record Case(List<Fact> facts) {
    /** As a row says it. */
    String words() {
      return String.join("; ", facts.stream().map(Fact::words).toList());
    }
  }

  /** One thing that somebody has or is. */
  sealed interface Fact {
    String words();
  }

  record Grant(Privilege privilege, String on) implements Fact {
    @Override
    public String words() {
      return privilege.wireName() + " on " + on;
    }
  }

  record Owner(String of) implements Fact {
    @Override
    public String words() {
      return "owner of " + of;
    }
  }

  /** One of the words that stand alone. */
  enum Mark implements Fact {
    ADMIN,
    INACTIVE,
    GROUP;

    @Override
    public String words() {
      return name();
    }
  }

  static List<Section> read() {
    List<Section> sections = new ArrayList<>();
    int number = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                AccessMatrix.class.getResourceAsStream("access-matrix.txt"),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.startsWith("## ")) {
          String[] columns = lines.readLine().replace("|", "").strip().split("\\s+");
          number++;
          sections.add(
              new Section(
                  line.substring(3).strip(),
                  Arrays.stream(columns).map(Action::valueOf).toList(),
                  new ArrayList<>()));
        } else if (!line.isBlank() && !line.startsWith("#")) {
          int bar = line.lastIndexOf('|');
          String role = line.substring(0, bar).strip();
          List<String> answers = List.of(line.substring(bar + 1).strip().split("\\s+"));
          Section section = sections.get(sections.size() - 1);
          if (answers.size() != section.actions().size()) {
            throw new IllegalStateException(
                "line %d has %d answers".formatted(number, answers.size()));
          }
          section.rows().add(new Row(number, role, cases(role), answers));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw new IllegalStateException("access-matrix.txt, line " + number, e);
    }
    return sections;
  }

  private static List<Case> cases(String role) {
    List<Case> cases = List.of(new Case(List.of()));
    for (String part : role.split(";")) {
      List<Case> longer = new ArrayList<>();
      for (Case before : cases) {
        for (List<Fact> each : alternatives(part.strip())) {
          List<Fact> facts = new ArrayList<>(before.facts());
          facts.addAll(each);
          longer.add(new Case(List.copyOf(new LinkedHashSet<>(facts))));
        }
      }
      cases = longer;
    }
    return cases;
  }

  private static List<List<Fact>> alternatives(String part) {
    switch (part) {
      case "nothing":
        return List.of(List.of());
      case "USE":
        return List.of(
            List.of(
                new Grant(Privilege.USE_CATALOG, "catalog"),
                new Grant(Privilege.USE_SCHEMA, "schema")));
      case "admin":
        return List.of(List.of(Mark.ADMIN));
      case "inactive":
        return List.of(List.of(Mark.INACTIVE));
      case "group":
        return List.of(List.of(Mark.GROUP));
      default:
        break;
    }
    if (part.startsWith("owner of ")) {
      return List.of(List.of(new Owner(known(part.substring("owner of ".length())))));
    }
    boolean any = part.startsWith("any of ");
    String[] both = (any ? part.substring("any of ".length()) : part).split(" on ");
    List<Fact> grants = new ArrayList<>();
    for (String privilege : both[0].split(",")) {
      for (String on : both[1].split(",")) {
        grants.add(
            new Grant(Privilege.valueOf(privilege.strip().replace(' ', '_')), known(on.strip())));
      }
    }
    return any ? grants.stream().map(List::of).toList() : List.of(grants);
  }

  private static String known(String securable) {
    if (!SECURABLES.containsKey(securable)) {
      throw new IllegalArgumentException("no securable " + securable);
    }
    return securable;
  }

  /** Privileges that the cases of a section grant on one of the securables. */
  static Set<Privilege> granted(Section section, String on) {
    Set<Privilege> found = new LinkedHashSet<>();
    for (Row row : section.rows()) {
      for (Case each : row.cases()) {
        for (Fact fact : each.facts()) {
          if (fact instanceof Grant grant && grant.on().equals(on)) {
            found.add(grant.privilege());
          }
        }
      }
    }
    return found;
  }
}
