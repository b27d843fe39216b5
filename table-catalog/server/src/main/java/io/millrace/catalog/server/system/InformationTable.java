package io.millrace.catalog.server.system;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table of information_schema: rows of all securables of one type that the viewer may see, by
 * their names. A page ends anywhere, and the next one begins behind it, whatever has changed.
 */
final class InformationTable implements SystemTable {
  private static final String SEPARATOR = "/";

  private final String name;
  private final SecurableType of;
  private final List<SystemColumn> columns;
  private final Rows rows;
  private final Supplier<CatalogState> catalog;
  private final Gate gate;

  /** Rows of one securable, always in the same order. */
  @FunctionalInterface
  interface Rows {
    List<List<@Nullable Object>> of(InformationView view, Securable securable);
  }

  InformationTable(
      String name,
      SecurableType of,
      List<SystemColumn> columns,
      Rows rows,
      Supplier<CatalogState> catalog,
      Gate gate) {
    this.name = name;
    this.of = of;
    this.columns = List.copyOf(columns);
    this.rows = rows;
    this.catalog = catalog;
    this.gate = gate;
  }

  @Override
  public String schema() {
    return "information_schema";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<SystemColumn> columns() {
    return columns;
  }

  /**
   * Where a page ended.
   *
   * @param parts names of catalog, schema and object, as many as there are; none at the start
   * @param row number of the first row of that securable that is not on a page yet
   */
  private record Position(List<String> parts, int row) {
    static final Position START = new Position(List.of(), 0);

    static Position of(String token, int partsMax) {
      try {
        String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        // No name has a slash in it.
        List<String> parts = Arrays.asList(text.split(SEPARATOR, -1));
        int row = Integer.parseInt(parts.get(0));
        if (row >= 0 && parts.size() == partsMax + 1) {
          return new Position(parts.subList(1, parts.size()), row);
        }
      } catch (IllegalArgumentException e) {
        throw invalid();
      }
      throw invalid();
    }

    private static MillraceException invalid() {
      return new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "page_token is none that was given out",
          "begin with the first page, without page_token");
    }

    String token() {
      String text = row + SEPARATOR + String.join(SEPARATOR, parts);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    String part(int level) {
      return level < parts.size() ? parts.get(level) : "";
    }
  }

  @Override
  public SystemPage rows(Caller viewer, SystemFilter filter, int rowsMax, Optional<String> token) {
    if (rowsMax < 1) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID, "max_results is " + rowsMax, "ask for one row at least");
    }
    CatalogState state = catalog.get();
    InformationView view = new InformationView(state, gate, viewer);
    Position from = token.map(each -> Position.of(each, of.nameParts())).orElse(Position.START);
    List<List<@Nullable Object>> found = new ArrayList<>();
    Iterator<Securable> each = walk(state, filter, from).iterator();
    boolean first = !from.parts().isEmpty();
    while (each.hasNext()) {
      Securable securable = each.next();
      List<String> path = view.path(securable);
      boolean resumed = first && isAt(from, path);
      first = false;
      if (!gate.allows(state, viewer, Action.DESCRIBE, securable)) {
        continue;
      }
      List<List<@Nullable Object>> own = rows.of(view, securable);
      for (int i = resumed ? from.row() : 0; i < own.size(); i++) {
        if (found.size() == rowsMax) {
          return new SystemPage(found, Optional.of(new Position(path, i).token()));
        }
        found.add(own.get(i));
      }
    }
    return new SystemPage(found, Optional.empty());
  }

  private static boolean isAt(Position position, List<String> path) {
    for (int i = 0; i < path.size(); i++) {
      if (!CatalogState.folded(path.get(i)).equals(CatalogState.folded(position.part(i)))) {
        return false;
      }
    }
    return true;
  }

  private Stream<Securable> walk(CatalogState state, SystemFilter filter, Position from) {
    Stream<Securable> catalogs =
        level(state, state.metastore(), SecurableType.CATALOG, filter.catalog(), from.part(0));
    if (of == SecurableType.CATALOG) {
      return catalogs;
    }
    Stream<Securable> schemas =
        catalogs.flatMap(
            each ->
                level(
                    state,
                    each,
                    SecurableType.SCHEMA,
                    filter.schema(),
                    is(each, from.part(0)) ? from.part(1) : ""));
    if (of == SecurableType.SCHEMA) {
      return schemas;
    }
    return schemas.flatMap(
        each ->
            level(
                state,
                each,
                of,
                filter.table(),
                is(each, from.part(1)) && is(state.find(each.parent()).orElseThrow(), from.part(0))
                    ? from.part(2)
                    : ""));
  }

  private static boolean is(Securable securable, String name) {
    return CatalogState.folded(securable.name()).equals(CatalogState.folded(name));
  }

  /** What lies in a container, from a name on, that one included. */
  private static Stream<Securable> level(
      CatalogState state, Securable in, SecurableType type, Optional<String> only, String from) {
    if (only.isPresent()) {
      return state.find(in.id(), type, only.get()).stream()
          .filter(
              found -> CatalogState.folded(found.name()).compareTo(CatalogState.folded(from)) >= 0);
    }
    Stream<Securable> behind = state.children(in.id(), type, from);
    return from.isEmpty()
        ? behind
        : Stream.concat(state.find(in.id(), type, from).stream(), behind);
  }
}
