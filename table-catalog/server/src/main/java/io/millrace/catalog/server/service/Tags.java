package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tags on securables and on columns of tables. Thread-safe. */
public final class Tags {
  private static final int TAGS_MAX = 50;
  private static final int KEY_CHARACTERS_MAX = 255;
  private static final int VALUE_CHARACTERS_MAX = 1000;

  private final Work work;

  public Tags(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is tagged.
   *
   * @param fullName of the securable
   * @param column of a table; empty if the securable itself is tagged
   */
  public record Target(SecurableType type, String fullName, Optional<String> column) {
    public Target {
      requireNonNull(type, "type is null");
      requireNonNull(fullName, "fullName is null");
      requireNonNull(column, "column is null");
    }

    /** A column, by {@code catalog.schema.table.column}; the column's name may have dots in it. */
    public static Target column(String fullName) {
      String[] parts = fullName.split("\\.", 4);
      if (parts.length < 4) {
        throw CatalogException.notFound(SecurableType.TABLE, SecurableName.shown(fullName));
      }
      return new Target(
          SecurableType.TABLE, parts[0] + "." + parts[1] + "." + parts[2], Optional.of(parts[3]));
    }
  }

  /** Tags by name, of what the caller may see. */
  public Map<String, String> list(Caller caller, Target target) {
    Securable found =
        work.gate()
            .require(work.state(), caller, Action.DESCRIBE, target.type(), target.fullName());
    return tags(found, target);
  }

  private static Map<String, String> tags(Securable securable, Target target) {
    return target
        .column()
        .map(name -> TableColumns.required((Definition.Table) securable.definition(), name).tags())
        .orElse(securable.tags());
  }

  /**
   * Sets a tag that is there, or is new.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID
   */
  public void put(Caller caller, Target target, String key, String value) {
    if (key.isBlank()
        || key.length() > KEY_CHARACTERS_MAX
        || value.length() > VALUE_CHARACTERS_MAX
        || key.chars().anyMatch(Character::isISOControl)) {
      throw invalid(
          "%s cannot be a tag".formatted(SecurableName.shown(key)),
          "use a key of 1 to %d characters and a value of at most %d"
              .formatted(KEY_CHARACTERS_MAX, VALUE_CHARACTERS_MAX));
    }
    change(caller, target, "createEntityTagAssignment", key, Optional.of(value));
  }

  /**
   * Takes a tag away.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, also if the tag is not there; PERMISSION_DENIED
   */
  public void remove(Caller caller, Target target, String key) {
    change(caller, target, "deleteEntityTagAssignment", key, Optional.empty());
  }

  private void change(
      Caller caller, Target target, String action, String key, Optional<String> value) {
    work.write(
        in -> {
          CatalogState state = in.state();
          Securable found =
              work.gate()
                  .require(state, caller, Action.APPLY_TAG, target.type(), target.fullName());
          Map<String, String> tags = new TreeMap<>(tags(found, target));
          if (value.isPresent()) {
            tags.put(key, value.get());
          } else if (tags.remove(key) == null) {
            throw missing(key);
          }
          if (tags.size() > TAGS_MAX) {
            throw invalid(
                "there are %d tags already".formatted(TAGS_MAX), "take one away that is not used");
          }
          Securable.Stamp now = Work.stamp(in, caller);
          Securable changed =
              target
                  .column()
                  .map(
                      name ->
                          found.withDefinition(
                              tagged((Definition.Table) found.definition(), name, tags), now))
                  .orElseGet(() -> found.withTags(tags, now));
          Map<String, String> parameters = new TreeMap<>();
          parameters.put("tag", key);
          target.column().ifPresent(column -> parameters.put("column", column));
          return work.replace(in, caller, action, changed, parameters);
        });
  }

  private static Definition.Table tagged(
      Definition.Table table, String name, Map<String, String> tags) {
    Column column = TableColumns.required(table, name);
    return table.withColumns(
        table.columns().stream()
            .map(each -> each.equals(column) ? each.withTags(tags) : each)
            .toList());
  }

  /** That a tag is not there, on what the caller may see. */
  public static MillraceException missing(String key) {
    return new MillraceException(
        ErrorCode.SECURABLE_NOT_FOUND,
        "there is no tag %s on it".formatted(SecurableName.shown(key)),
        "list the tags that there are");
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
