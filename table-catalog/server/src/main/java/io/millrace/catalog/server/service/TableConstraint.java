package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A constraint of a table, as SQL writes it and as it is stored. */
public sealed interface TableConstraint {
  String PRIMARY = "PRIMARY KEY ";
  String FOREIGN = "FOREIGN KEY ";
  String REFERENCES = " REFERENCES ";

  /** As SQL writes it after the word CONSTRAINT and the name. */
  String sql();

  /** Columns of the table that are known to be read; those of a condition are not. */
  List<String> columns();

  /** Rows are told apart by these columns. */
  record PrimaryKey(List<String> columns) implements TableConstraint {
    public PrimaryKey {
      columns = List.copyOf(columns);
    }

    @Override
    public String sql() {
      return PRIMARY + list(columns);
    }
  }

  /**
   * Values are those of a row in another table.
   *
   * @param parent full name of that table
   */
  record ForeignKey(List<String> columns, String parent, List<String> parentColumns)
      implements TableConstraint {
    public ForeignKey {
      columns = List.copyOf(columns);
      requireNonNull(parent, "parent is null");
      parentColumns = List.copyOf(parentColumns);
    }

    @Override
    public String sql() {
      return FOREIGN + list(columns) + REFERENCES + quoted(parent) + " " + list(parentColumns);
    }
  }

  /** A condition that holds for every row. */
  record Check(String condition) implements TableConstraint {
    public Check {
      requireNonNull(condition, "condition is null");
    }

    @Override
    public String sql() {
      return condition;
    }

    @Override
    public List<String> columns() {
      return List.of();
    }
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static String list(List<String> names) {
    return names.stream().map(TableConstraint::quoted).collect(Collectors.joining(", ", "(", ")"));
  }

  /** What {@link #sql} wrote; whatever is no key is a condition. */
  static TableConstraint parse(String sql) {
    if (sql.startsWith(PRIMARY)) {
      return new PrimaryKey(names(sql));
    }
    int references = sql.indexOf(")" + REFERENCES + "`");
    if (sql.startsWith(FOREIGN) && references > 0) {
      String target = sql.substring(references + 1 + REFERENCES.length());
      return new ForeignKey(
          names(sql.substring(0, references)),
          names(target).get(0),
          names(target.substring(target.indexOf("` (") + 2)));
    }
    return new Check(sql);
  }

  /** All names between backticks; names before any that are written without are one each. */
  private static List<String> names(String text) {
    List<String> found = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '`') {
        if (inside) {
          name.append(c);
        }
      } else if (inside && i + 1 < text.length() && text.charAt(i + 1) == '`') {
        name.append(c);
        i++;
      } else {
        if (inside) {
          found.add(name.toString());
          name.setLength(0);
        }
        inside = !inside;
      }
    }
    if (found.isEmpty() && text.indexOf('(') >= 0) {
      String within = text.substring(text.indexOf('(') + 1).replace(")", "");
      for (String part : within.split(",")) {
        found.add(part.strip());
      }
    }
    return found;
  }
}
