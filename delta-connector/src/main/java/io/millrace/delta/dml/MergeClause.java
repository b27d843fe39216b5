package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One {@code WHEN … THEN …} of a MERGE. Conditions and expressions are Flink SQL, over the names
 * that target and source have in the statement.
 *
 * @param when which rows it is about
 * @param condition that they must meet; NULL is not enough
 * @param action what becomes of them
 */
public record MergeClause(When when, Optional<String> condition, Action action) {
  public MergeClause {
    requireNonNull(when, "when is null");
    requireNonNull(condition, "condition is null");
    requireNonNull(action, "action is null");
    boolean inserts = action instanceof Insert || action instanceof InsertAll;
    if (inserts != (when == When.NOT_MATCHED)) {
      throw new IllegalArgumentException(
          "WHEN NOT MATCHED inserts, the others update or delete; not " + action + " " + when);
    }
    if (action instanceof UpdateAll && when == When.NOT_MATCHED_BY_SOURCE) {
      throw new IllegalArgumentException("there is no row of the source to update from");
    }
  }

  /** Which rows a clause is about. */
  public enum When {
    /** Pairs of a row of the target and one of the source, for which ON is true. */
    MATCHED,
    /** Rows of the source without a row of the target. */
    NOT_MATCHED,
    /** Rows of the target without a row of the source. */
    NOT_MATCHED_BY_SOURCE
  }

  /** What becomes of the rows of a clause. */
  public sealed interface Action {}

  /**
   * Columns get other values.
   *
   * @param values expression by column of the target
   */
  public record Update(Map<String, String> values) implements Action {
    public Update {
      values = new LinkedHashMap<>(values);
    }
  }

  /** All columns of the target get the values of the source's columns of their names. */
  public record UpdateAll() implements Action {}

  /** Rows of the target are removed. */
  public record Delete() implements Action {}

  /**
   * Rows come new; columns that are not named are NULL.
   *
   * @param values expression by column of the target
   */
  public record Insert(Map<String, String> values) implements Action {
    public Insert {
      values = new LinkedHashMap<>(values);
    }
  }

  /** Rows come new, with the values of the source's columns of their names. */
  public record InsertAll() implements Action {}

  /**
   * Reads a clause as SQL has it, such as {@code WHEN MATCHED AND s.gone THEN DELETE}.
   *
   * @throws MillraceException SQL_SYNTAX naming what is not understood
   */
  public static MergeClause parse(String text) {
    return new ClauseParser(text).parse();
  }

  /** As the history of delta-spark has it. */
  String actionType() {
    if (action instanceof Delete) {
      return "delete";
    }
    return when == When.NOT_MATCHED ? "insert" : "update";
  }

  ChangeKind kind() {
    boolean matched = when == When.MATCHED;
    if (action instanceof Delete) {
      return matched ? ChangeKind.DELETE : ChangeKind.SOURCELESS_DELETE;
    } else if (when == When.NOT_MATCHED) {
      return ChangeKind.INSERT;
    }
    return matched ? ChangeKind.UPDATE : ChangeKind.SOURCELESS_UPDATE;
  }

  /** For the history: each clause's condition and action. */
  static List<Map<String, String>> described(List<MergeClause> clauses, When when) {
    List<Map<String, String>> described = new ArrayList<>();
    for (MergeClause clause : clauses) {
      if (clause.when == when) {
        Map<String, String> one = new LinkedHashMap<>();
        clause.condition.ifPresent(text -> one.put("predicate", text));
        one.put("actionType", clause.actionType());
        described.add(one);
      }
    }
    return described;
  }
}
