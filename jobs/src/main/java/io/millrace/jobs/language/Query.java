package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlNode;

/**
 * The {@code AS SELECT …} of a dataset.
 *
 * @param body the query; in its Flink SQL every relation is a plain identifier
 * @param relations what it reads, in the order of the text; one that is read twice is there twice
 */
public record Query(SqlFragment body, List<RelationReference> relations) {

  public Query {
    requireNonNull(body, "body is null");
    relations = List.copyOf(relations);
  }

  /** The query as it stands in the file. */
  public String text() {
    return body.text();
  }

  /** The query for Flink: variables put in, relations as plain identifiers. */
  public String flinkSql() {
    return body.flinkSql();
  }

  /** A fresh tree of {@link #flinkSql()}; its positions are those of that text. */
  public SqlNode parse() {
    return body.parse();
  }

  /** The source functions that it reads, by their names in {@link #flinkSql()}. */
  public Map<String, SourceFunction> sources() {
    Map<String, SourceFunction> sources = new LinkedHashMap<>();
    for (RelationReference relation : relations) {
      if (relation.source() != null) {
        sources.put(relation.name(), relation.source());
      }
    }
    return sources;
  }
}
