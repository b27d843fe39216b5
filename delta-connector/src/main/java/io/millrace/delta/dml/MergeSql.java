package io.millrace.delta.dml;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.dml.MergeClause.When;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The queries that a MERGE consists of, as text for Flink's planner. Immutable. */
final class MergeSql {
  static final String FILE = "_file_path";
  static final String POSITION = "_row_position";
  static final String KIND = "_merge_kind";
  static final String NUMBER = "_merge_source_row";
  static final String ROW_ID = "_merge_row_id";

  private final String target;
  private final String source;
  private final RowType columns;
  private final String on;
  private final List<MergeClause> clauses;
  private final boolean broadcast;
  private final boolean withIds;

  /**
   * @param target name of the target in the statement
   * @param source name of the source in the statement
   * @param columns of the target
   * @param clauses with all their values written out
   * @param broadcast true to send the whole source to every subtask, so that no row of the target
   *     moves
   * @param withIds true if rows that are updated are to keep the ids that the target's have
   */
  MergeSql(
      String target,
      String source,
      RowType columns,
      String on,
      List<MergeClause> clauses,
      boolean broadcast,
      boolean withIds) {
    this.target = quoted(target);
    this.source = quoted(source);
    this.columns = columns;
    this.on = on;
    this.clauses = clauses;
    this.broadcast = broadcast;
    this.withIds = withIds;
  }

  RowType columns() {
    return columns;
  }

  List<MergeClause> clauses() {
    return clauses;
  }

  static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  boolean has(When when) {
    return clauses.stream().anyMatch(clause -> clause.when() == when);
  }

  /** Whether rows bring an id along. */
  boolean withIds() {
    return withIds;
  }

  boolean matchedOnly() {
    return !has(When.NOT_MATCHED) && !has(When.NOT_MATCHED_BY_SOURCE);
  }

  boolean insertsOnly() {
    return !has(When.MATCHED) && !has(When.NOT_MATCHED_BY_SOURCE);
  }

  /** All clauses of a kind with {@code SET *} and {@code INSERT *} written out. */
  static List<MergeClause> expanded(
      List<MergeClause> clauses, RowType target, List<String> sourceColumns, String sourceName) {
    List<MergeClause> expanded = new ArrayList<>();
    for (MergeClause clause : clauses) {
      boolean all =
          clause.action() instanceof MergeClause.UpdateAll
              || clause.action() instanceof MergeClause.InsertAll;
      if (!all) {
        requireColumns(clause, target);
        expanded.add(clause);
        continue;
      }
      Map<String, String> values = new LinkedHashMap<>();
      List<String> missing = new ArrayList<>();
      for (String column : target.getFieldNames()) {
        if (!sourceColumns.contains(column)) {
          missing.add(column);
        }
        values.put(column, quoted(sourceName) + "." + quoted(column));
      }
      if (!missing.isEmpty()) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "the source of a MERGE has no column %s, which %s * takes from it"
                .formatted(
                    String.join(", ", missing),
                    clause.when() == When.NOT_MATCHED ? "INSERT" : "UPDATE SET"),
            "add the columns to the source, or name those that are to be written");
      }
      expanded.add(
          new MergeClause(
              clause.when(),
              clause.condition(),
              clause.when() == When.NOT_MATCHED
                  ? new MergeClause.Insert(values)
                  : new MergeClause.Update(values)));
    }
    return expanded;
  }

  private static void requireColumns(MergeClause clause, RowType target) {
    for (String column : values(clause).keySet()) {
      if (!target.getFieldNames().contains(column)) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "the target of a MERGE has no column %s, which is to be written".formatted(column),
            "name one of " + String.join(", ", target.getFieldNames()));
      }
    }
  }

  static Map<String, String> values(MergeClause clause) {
    if (clause.action() instanceof MergeClause.Update update) {
      return update.values();
    }
    return clause.action() instanceof MergeClause.Insert insert ? insert.values() : Map.of();
  }

  /** Columns of the target that are needed to find rows, and to write those that change. */
  Set<String> targetColumns() {
    boolean updates =
        clauses.stream().anyMatch(clause -> clause.action() instanceof MergeClause.Update);
    Set<String> needed = new HashSet<>();
    for (String column : columns.getFieldNames()) {
      if (updates || mentioned(column)) {
        needed.add(column);
      }
    }
    return needed;
  }

  private boolean mentioned(String column) {
    if (new SqlWords(on).mentions(column)) {
      return true;
    }
    return clauses.stream()
        .filter(clause -> clause.when() != When.NOT_MATCHED)
        .anyMatch(
            clause ->
                clause.condition().map(text -> new SqlWords(text).mentions(column)).orElse(false));
  }

  /** Columns of the target that ON names. */
  List<String> keyColumns() {
    SqlWords words = new SqlWords(on);
    return columns.getFieldNames().stream().filter(words::mentions).toList();
  }

  /** Columns of target and source that ON wants to be equal, of its parts joined by AND. */
  Map<String, String> equalColumns(String targetName, String sourceName) {
    Map<String, String> equal = new LinkedHashMap<>();
    List<SqlWords.Word> part = new ArrayList<>();
    for (SqlWords.Word word : new SqlWords(on).words()) {
      if (word.depth() == 0 && (word.is("OR") || word.is("BETWEEN"))) {
        return Map.of();
      }
      if (word.depth() == 0 && word.is("AND")) {
        addEqual(part, targetName, sourceName, equal);
        part.clear();
      } else {
        part.add(word);
      }
    }
    addEqual(part, targetName, sourceName, equal);
    return equal;
  }

  private static void addEqual(
      List<SqlWords.Word> part, String target, String source, Map<String, String> equal) {
    boolean equation =
        part.size() == 7 && part.get(1).is(".") && part.get(3).is("=") && part.get(5).is(".");
    if (!equation) {
      return;
    }
    String left = part.get(0).name();
    String right = part.get(4).name();
    if (left.equals(target) && right.equals(source)) {
      equal.put(part.get(2).name(), part.get(6).name());
    } else if (left.equals(source) && right.equals(target)) {
      equal.put(part.get(6).name(), part.get(2).name());
    }
  }

  /**
   * Pairs for which ON is true, and where it matters rows of the target without partner: columns to
   * write, place, kind and number of the row of the source.
   */
  String matches(String targetView, String sourceView) {
    boolean sourceless = has(When.NOT_MATCHED_BY_SOURCE);
    String isPair = sourceless ? source + "." + quoted(NUMBER) + " IS NOT NULL" : "TRUE";
    List<MergeClause> found =
        clauses.stream().filter(clause -> clause.when() != When.NOT_MATCHED).toList();
    StringBuilder kind = new StringBuilder("CASE");
    for (MergeClause clause : found) {
      kind.append(" WHEN ").append(applies(clause, isPair, sourceless)).append(" THEN ");
      kind.append(clause.kind().code());
    }
    kind.append(" WHEN ").append(isPair).append(" THEN 0 ELSE -1 END");
    StringBuilder sql = new StringBuilder("SELECT");
    sql.append(broadcast ? " /*+ BROADCAST(" : " /*+ SHUFFLE_HASH(").append(source).append(") */ ");
    for (RowType.RowField column : columns.getFields()) {
      StringBuilder value = new StringBuilder();
      for (MergeClause clause : found) {
        String expression =
            clause.action() instanceof MergeClause.Update update
                ? update
                    .values()
                    .getOrDefault(column.getName(), target + "." + quoted(column.getName()))
                : "NULL";
        value.append(" WHEN ").append(applies(clause, isPair, sourceless)).append(" THEN ");
        value.append(cast(expression, column.getType()));
      }
      sql.append(
          value.isEmpty()
              ? cast("NULL", column.getType())
              : "CASE" + value + " ELSE " + cast("NULL", column.getType()) + " END");
      sql.append(" AS ").append(quoted(column.getName())).append(", ");
    }
    sql.append(target).append('.').append(quoted(FILE)).append(" AS ").append(quoted(FILE));
    sql.append(", ").append(target).append('.').append(quoted(POSITION));
    sql.append(" AS ").append(quoted(POSITION)).append(", ");
    sql.append(kind).append(" AS ").append(quoted(KIND)).append(", ");
    sql.append(source).append('.').append(quoted(NUMBER)).append(" AS ").append(quoted(NUMBER));
    if (withIds) {
      sql.append(", ").append(target).append('.').append(quoted(ROW_ID));
      sql.append(" AS ").append(quoted(ROW_ID));
    }
    sql.append(" FROM ").append(targetView).append(" AS ").append(target);
    sql.append(sourceless ? " LEFT JOIN " : " JOIN ").append(sourceView).append(" AS ");
    sql.append(source).append(" ON (").append(on).append(')');
    if (matchedOnly()) {
      // Rows that no clause applies to need not be told of.
      sql.append(" WHERE ").append(any(found));
    } else if (sourceless) {
      sql.append(" WHERE ").append(isPair).append(" OR ");
      sql.append(any(found.stream().filter(c -> c.when() == When.NOT_MATCHED_BY_SOURCE).toList()));
    }
    return sql.toString();
  }

  private static String any(List<MergeClause> some) {
    List<String> conditions = new ArrayList<>();
    for (MergeClause clause : some) {
      conditions.add(clause.condition().map(text -> "(" + text + ")").orElse("TRUE"));
    }
    return "(" + String.join(" OR ", conditions) + ")";
  }

  private static String applies(MergeClause clause, String isPair, boolean sourceless) {
    String condition = clause.condition().map(text -> "(" + text + ")").orElse("TRUE");
    if (!sourceless) {
      return condition;
    }
    String about = clause.when() == When.MATCHED ? isPair : "NOT (" + isPair + ")";
    return "(" + about + ") AND " + condition;
  }

  /** Rows of the source that have no partner and that a clause inserts. */
  String inserts(String sourceView, String pairsView) {
    List<MergeClause> inserting =
        clauses.stream().filter(clause -> clause.when() == When.NOT_MATCHED).toList();
    StringBuilder sql = new StringBuilder("SELECT ");
    for (RowType.RowField column : columns.getFields()) {
      sql.append("CASE");
      for (MergeClause clause : inserting) {
        sql.append(" WHEN ").append(applies(clause, "", false)).append(" THEN ");
        sql.append(cast(values(clause).getOrDefault(column.getName(), "NULL"), column.getType()));
      }
      sql.append(" ELSE ").append(cast("NULL", column.getType())).append(" END AS ");
      sql.append(quoted(column.getName())).append(", ");
    }
    sql.append("CAST(NULL AS STRING) AS ").append(quoted(FILE)).append(", ");
    sql.append("CAST(NULL AS BIGINT) AS ").append(quoted(POSITION)).append(", ");
    sql.append(ChangeKind.INSERT.code()).append(" AS ").append(quoted(KIND)).append(", ");
    sql.append(source).append('.').append(quoted(NUMBER)).append(" AS ").append(quoted(NUMBER));
    if (withIds) {
      sql.append(", CAST(NULL AS BIGINT) AS ").append(quoted(ROW_ID));
    }
    sql.append(" FROM ").append(sourceView).append(" AS ").append(source);
    sql.append(" WHERE ").append(any(inserting));
    sql.append(" AND NOT EXISTS (SELECT 1 FROM ").append(pairsView).append(" AS `_merge_pairs`");
    sql.append(" WHERE `_merge_pairs`.").append(quoted(NUMBER)).append(" = ");
    sql.append(source).append('.').append(quoted(NUMBER)).append(')');
    return sql.toString();
  }

  private static String cast(String expression, LogicalType type) {
    return "CAST(" + expression + " AS " + type.copy(true).asSerializableString() + ")";
  }

  /** A query whose columns have the types of a clause's condition and values, for checking them. */
  String probe(MergeClause clause, String targetView, String sourceView) {
    List<String> parts = new ArrayList<>();
    parts.add(clause.condition().orElse("TRUE"));
    parts.addAll(values(clause).values());
    String from =
        switch (clause.when()) {
          case MATCHED -> "%s AS %s, %s AS %s".formatted(targetView, target, sourceView, source);
          case NOT_MATCHED -> "%s AS %s".formatted(sourceView, source);
          case NOT_MATCHED_BY_SOURCE -> "%s AS %s".formatted(targetView, target);
        };
    return select(parts) + " FROM " + from;
  }

  /** The same for ON. */
  String probe(String targetView, String sourceView) {
    return select(List.of(on))
        + " FROM %s AS %s, %s AS %s".formatted(targetView, target, sourceView, source);
  }

  private static String select(List<String> parts) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (int i = 0; i < parts.size(); i++) {
      sql.append(i == 0 ? "" : ", ").append('(').append(parts.get(i)).append(") AS `p").append(i);
      sql.append('`');
    }
    return sql.toString();
  }

  /** Only the last clause of each kind may do without a condition. */
  static Optional<String> misplaced(List<MergeClause> clauses) {
    for (When when : When.values()) {
      List<MergeClause> some = clauses.stream().filter(clause -> clause.when() == when).toList();
      for (int i = 0; i + 1 < some.size(); i++) {
        if (some.get(i).condition().isEmpty()) {
          return Optional.of(when.name().replace('_', ' '));
        }
      }
    }
    return Optional.empty();
  }
}
