package io.millrace.catalog.server.service;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Part of a list. What the caller may not see is left out before the page is cut, so that no page
 * before the end is empty.
 *
 * @param next token that the next page is asked for with; empty if this is the last
 */
public record Page<T>(List<T> items, Optional<String> next) {
  private static final int ITEMS_DEFAULT = 1000;
  private static final int ITEMS_MAX = 10_000;

  public Page {
    items = List.copyOf(items);
  }

  /**
   * What is asked for.
   *
   * @param size how many at most
   * @param after name behind which to begin; empty for the start
   */
  public record Request(int size, String after) {

    /**
     * From the parameters of a request.
     *
     * @param maxResults 0 or none for as many as usual
     * @throws MillraceException ARGUMENT_INVALID
     */
    public static Request of(Optional<String> maxResults, Optional<String> token) {
      return new Request(size(maxResults), token.map(Request::name).orElse(""));
    }

    private static int size(Optional<String> maxResults) {
      int wanted;
      try {
        wanted = maxResults.map(Integer::parseInt).orElse(0);
      } catch (NumberFormatException e) {
        throw invalid("max_results is not a number");
      }
      if (wanted < 0) {
        throw invalid("max_results is " + wanted);
      }
      return wanted == 0 ? ITEMS_DEFAULT : Math.min(wanted, ITEMS_MAX);
    }

    private static String name(String token) {
      try {
        return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw invalid("page_token is none that was given out");
      }
    }

    private static MillraceException invalid(String problem) {
      return new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          problem,
          "leave max_results out or name a number, and give next_page_token back as it came");
    }
  }

  /** Cuts a page of a stream that is in order of names and begins behind the one asked for. */
  public static <S, T> Page<T> of(
      Request request, Stream<S> visible, Function<S, String> name, Function<S, T> shown) {
    List<T> items = new ArrayList<>();
    String last = "";
    Iterator<S> each = visible.iterator();
    while (each.hasNext() && items.size() < request.size()) {
      S item = each.next();
      last = name.apply(item);
      items.add(shown.apply(item));
    }
    boolean more = each.hasNext();
    return new Page<>(
        items,
        more
            ? Optional.of(
                Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(last.getBytes(StandardCharsets.UTF_8)))
            : Optional.empty());
  }
}
