package io.millrace.catalog.server.service;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import java.util.List;

/** Names of securables, by the rules that Databricks has for them. */
public final class SecurableName {
  private static final int CHARACTERS_MAX = 255;

  private SecurableName() {}

  /**
   * A name for something new.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  public static String valid(SecurableType type, String name) {
    boolean allowed =
        !name.isEmpty()
            && name.length() <= CHARACTERS_MAX
            && name.codePoints()
                .noneMatch(
                    c ->
                        c == '.'
                            || c == '/'
                            || c == '\\'
                            || Character.isISOControl(c)
                            || Character.isWhitespace(c)
                            || Character.isSpaceChar(c)
                            || !Character.isDefined(c)
                            || Character.getType(c) == Character.SURROGATE);
    if (!allowed) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "%s is no name for a %s".formatted(shown(name), type.words()),
          "use 1 to %d characters, none of them a blank, a dot, a slash or a control character"
              .formatted(CHARACTERS_MAX));
    }
    return name;
  }

  /**
   * The parts of a full name.
   *
   * @throws CatalogException SECURABLE_NOT_FOUND if it has not as many as the type wants, as
   *     nothing can have such a name
   */
  public static List<String> parts(SecurableType type, String fullName) {
    List<String> parts = List.of(fullName.split("\\.", -1));
    if (parts.size() != type.nameParts() || parts.stream().anyMatch(String::isEmpty)) {
      throw CatalogException.notFound(type, shown(fullName));
    }
    return parts;
  }

  /** A name as it may be shown: in part if it is long, without characters that do something. */
  static String shown(String name) {
    String visible = name.replaceAll("\\p{Cntrl}", "?");
    return visible.length() > CHARACTERS_MAX
        ? visible.substring(0, CHARACTERS_MAX) + "…"
        : visible.isEmpty() ? "''" : visible;
  }
}
