package io.millrace.delta.dml;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.dml.MergeClause.Action;
import io.millrace.delta.dml.MergeClause.When;
import io.millrace.delta.dml.SqlWords.Word;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the parts of one {@code WHEN … THEN …}. Used once. */
final class ClauseParser {
  private final String text;
  private final SqlWords sql;
  private final List<Word> words;
  private int next;

  ClauseParser(String text) {
    this.text = text;
    this.sql = new SqlWords(text);
    this.words = sql.words();
  }

  MergeClause parse() {
    skip("WHEN");
    When when = when();
    Optional<String> condition = Optional.empty();
    if (skip("AND")) {
      int from = start();
      while (next < words.size() && !(words.get(next).depth() == 0 && words.get(next).is("THEN"))) {
        next++;
      }
      condition = Optional.of(sql.between(from, start()));
    }
    require("THEN");
    Action action = action();
    if (next < words.size()) {
      throw unexpected("the end");
    }
    try {
      return new MergeClause(when, condition, action);
    } catch (IllegalArgumentException e) {
      throw syntax(e.getMessage());
    }
  }

  private When when() {
    boolean not = skip("NOT");
    require("MATCHED");
    if (skip("BY")) {
      if (not && skip("TARGET")) {
        return When.NOT_MATCHED;
      }
      require("SOURCE");
      if (!not) {
        throw syntax("MATCHED BY SOURCE");
      }
      return When.NOT_MATCHED_BY_SOURCE;
    }
    return not ? When.NOT_MATCHED : When.MATCHED;
  }

  private Action action() {
    if (skip("DELETE")) {
      return new MergeClause.Delete();
    } else if (skip("UPDATE")) {
      require("SET");
      return skip("*") ? new MergeClause.UpdateAll() : new MergeClause.Update(assignments());
    }
    require("INSERT");
    if (skip("*")) {
      return new MergeClause.InsertAll();
    }
    List<String> columns = list().stream().map(this::column).toList();
    require("VALUES");
    List<String> values = list();
    if (columns.size() != values.size()) {
      throw syntax("%d columns and %d values".formatted(columns.size(), values.size()));
    }
    Map<String, String> inserted = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      put(inserted, columns.get(i), values.get(i));
    }
    return new MergeClause.Insert(inserted);
  }

  private Map<String, String> assignments() {
    Map<String, String> assigned = new LinkedHashMap<>();
    do {
      int from = start();
      while (next < words.size() && !words.get(next).is("=")) {
        next++;
      }
      String column = column(sql.between(from, start()));
      require("=");
      int value = start();
      skipToComma(0);
      put(assigned, column, sql.between(value, start()));
    } while (skip(","));
    return assigned;
  }

  private List<String> list() {
    require("(");
    List<String> parts = new ArrayList<>();
    do {
      int from = start();
      skipToComma(1);
      parts.add(sql.between(from, start()));
    } while (skip(","));
    require(")");
    return parts;
  }

  private void skipToComma(int depth) {
    while (next < words.size()
        && !(words.get(next).depth() == depth && words.get(next).is(","))
        && words.get(next).depth() >= depth) {
      next++;
    }
  }

  /** The column of a name that may be qualified with the target's. */
  private String column(String name) {
    List<Word> parts = new SqlWords(name).words();
    boolean plain = parts.size() == 1;
    boolean qualified = parts.size() == 3 && parts.get(1).is(".");
    if (!plain && !qualified) {
      throw syntax("'%s', which is no column".formatted(name));
    }
    return parts.get(parts.size() - 1).name();
  }

  private void put(Map<String, String> values, String column, String expression) {
    if (expression.isEmpty()) {
      throw syntax("no value for column " + column);
    }
    if (values.put(column, expression) != null) {
      throw syntax("two values for column " + column);
    }
  }

  private boolean skip(String keyword) {
    if (next < words.size() && words.get(next).is(keyword)) {
      next++;
      return true;
    }
    return false;
  }

  private void require(String keyword) {
    if (!skip(keyword)) {
      throw unexpected(keyword);
    }
  }

  /** Where the next word begins. */
  private int start() {
    return next < words.size() ? words.get(next).start() : text.length();
  }

  private MillraceException unexpected(String wanted) {
    return syntax(
        "%s where %s is expected"
            .formatted(next < words.size() ? words.get(next).text() : "the end", wanted));
  }

  private MillraceException syntax(String problem) {
    return new MillraceException(
        ErrorCode.SQL_SYNTAX,
        "clause '%s' of a MERGE has %s".formatted(text.strip(), problem),
        "write WHEN [NOT] MATCHED [BY SOURCE] [AND condition] THEN UPDATE SET * | UPDATE SET column"
            + " = value, … | DELETE | INSERT * | INSERT (column, …) VALUES (value, …)");
  }
}
