package io.millrace.catalog.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestCatalogState {
  private CatalogState state = CatalogState.empty();
  private final ExampleCatalog example = new ExampleCatalog(this::apply);
  private UUID schema;
  private UUID catalog;

  private void apply(Change change) {
    state = state.after(change);
  }

  @BeforeEach
  void anEmptySchema() {
    example.metastore();
    catalog = example.catalog("main");
    schema = example.schema(catalog, "sales");
  }

  // ---- change after change ---------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void changesOneByOneMakeWhatTheSameContentMakesAtOnce(long seed) {
    Random random = new Random(seed);
    RandomChanges changes = new RandomChanges(random);
    for (int i = 0; i < 400; i++) {
      state = state.after(changes.next(state));
    }
    StateContent content = StateContent.of(state);
    assertThat(content.securables()).hasSizeGreaterThan(20);
    assertThat(content.tokens()).isNotEmpty();
    assertThat(StateContent.of(loaded(content, random))).isEqualTo(content);
  }

  /** A state made of content at once, in any order. */
  private static CatalogState loaded(StateContent content, Random random) {
    CatalogState.Loader loader = CatalogState.loader();
    shuffled(content.securables().values(), random).forEach(loader::securable);
    shuffled(content.principals().values(), random).forEach(loader::principal);
    shuffled(content.members().entrySet(), random)
        .forEach(
            group -> group.getValue().forEach(member -> loader.member(group.getKey(), member)));
    shuffled(content.tokens().values(), random).forEach(loader::token);
    for (Map.Entry<UUID, Map<UUID, Set<Privilege>>> on : content.grants().entrySet()) {
      shuffled(on.getValue().entrySet(), random)
          .forEach(to -> loader.grant(on.getKey(), to.getKey(), to.getValue()));
    }
    return loader.load(7);
  }

  private static <T> List<T> shuffled(java.util.Collection<T> all, Random random) {
    List<T> list = new ArrayList<>(all);
    Collections.shuffle(list, random);
    return list;
  }

  @Test
  void aStateStaysAsItWas() {
    UUID table = example.table(schema, "orders", "file:///t1");
    CatalogState before = state;
    StateContent content = StateContent.of(before);
    example.grant(table, example.user("ann"), Privilege.SELECT);
    Securable old = state.find(table).orElseThrow();
    apply(new Change.PutSecurable(old.withName("sold", old.created())));
    apply(new Change.DropSecurable(table));
    assertThat(StateContent.of(before)).isEqualTo(content);
    assertThat(state.find(table)).isEmpty();
  }

  @Test
  void membersComeInAnyOrderAndLeaveNothingBehind() {
    UUID group = example.group("g");
    UUID user = example.user("u");
    StateContent before = StateContent.of(state);
    example.member(group, user);
    example.member(group, user);
    apply(new Change.DropMember(group, user));
    apply(new Change.DropMember(group, user));
    assertThat(StateContent.of(state)).isEqualTo(before);
  }

  // ---- names -----------------------------------------------------------------------------------

  @Test
  void namesAreOneWhateverTheirCaseAndForm() {
    UUID table = example.table(schema, "Caf\u00e9", "file:///t1");
    for (String name : List.of("Caf\u00e9", "CAFE\u0301", "cafe\u0301", "CAF\u00c9", "caf\u00e9")) {
      assertThat(state.find(schema, SecurableType.TABLE, name).map(Securable::id))
          .as(name)
          .contains(table);
    }
    assertThat(state.find(SecurableType.TABLE, List.of("MAIN", "Sales", "CAFE\u0301"))).isPresent();
    assertThat(state.find(schema, SecurableType.TABLE, "cafe")).isEmpty();
    assertThat(state.find(schema, SecurableType.VOLUME, "caf\u00e9")).isEmpty();
    assertThatThrownBy(() -> example.table(schema, "CAFE\u0301", "file:///t2"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_EXISTS);
              assertThat(e.problem()).isEqualTo("table main.sales.Caf\u00e9 is there already");
            });
  }

  @Test
  void capitalsWithoutAComposedFormAreOneWithTheirSmallLetters() {
    assertThat(CatalogState.folded("H\u0331")).isEqualTo(CatalogState.folded("\u1e96"));
    assertThat(CatalogState.folded("J\u030c")).isEqualTo(CatalogState.folded("\u01f0"));
    assertThat(CatalogState.folded("\u039f\u0394\u039f\u03a3"))
        .isEqualTo(CatalogState.folded("\u03bf\u03b4\u03bf\u03c3"))
        .isEqualTo(CatalogState.folded("\u03bf\u03b4\u03bf\u03c2"));
  }

  @Test
  void lettersThatOnlyLookAlikeAreNotOne() {
    // The dotless i: an e-mail address with it must not be taken for the administrator's.
    assertThat(CatalogState.folded("adm\u0131n")).isNotEqualTo(CatalogState.folded("admin"));
    assertThat(CatalogState.folded("adm\u0130n")).isNotEqualTo(CatalogState.folded("admin"));
    assertThat(CatalogState.folded("\u0430dmin")).isNotEqualTo(CatalogState.folded("admin"));
    assertThat(CatalogState.folded("stra\u00dfe")).isNotEqualTo(CatalogState.folded("strasse"));
  }

  @Test
  void foldingIsTheSameInEveryForm() {
    Random random = new Random(99);
    for (int i = 0; i < 200_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int j = 0; j < 3; j++) {
        // Letters of all scripts, and every third a mark that goes on one.
        int point = random.nextInt(3) == 0 ? 0x300 + random.nextInt(0x70) : random.nextInt(0x2fff);
        name.appendCodePoint(point);
      }
      String given = name.toString();
      String folded = CatalogState.folded(given);
      assertThat(CatalogState.folded(folded)).isEqualTo(folded);
      assertThat(CatalogState.folded(Normalizer.normalize(given, Normalizer.Form.NFD)))
          .isEqualTo(folded);
      assertThat(CatalogState.folded(Normalizer.normalize(given, Normalizer.Form.NFC)))
          .isEqualTo(folded);
      assertThat(CatalogState.folded(given.toLowerCase(Locale.ROOT))).isEqualTo(folded);
    }
  }

  @Test
  void aRenameFreesTheOldNameAndTakesTheNew() {
    UUID table = example.table(schema, "orders", "file:///t1");
    Securable old = state.find(table).orElseThrow();
    apply(new Change.PutSecurable(old.withName("ORDERS", old.created())));
    assertThat(state.find(table).map(Securable::name)).contains("ORDERS");
    apply(new Change.PutSecurable(old.withName("sold", old.created())));
    assertThat(state.find(schema, SecurableType.TABLE, "orders")).isEmpty();
    UUID again = example.table(schema, "Orders", "file:///t2");
    assertThat(state.find(schema, SecurableType.TABLE, "orders").map(Securable::id))
        .contains(again);
    assertThatThrownBy(() -> apply(new Change.PutSecurable(old.withName("oRDERS", old.created()))))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("SECURABLE_EXISTS: table main.sales.Orders is there already");
  }

  @Test
  void childrenComeByNameFromAnyPlaceOn() {
    for (String name : List.of("b", "C", "a", "\u00e9", "d")) {
      example.table(schema, name, "file:///" + name);
    }
    example.volume(schema, "a", "file:///v");
    assertThat(state.children(schema, SecurableType.TABLE, "").map(Securable::name))
        .containsExactly("a", "b", "C", "d", "\u00e9");
    assertThat(state.children(schema, SecurableType.TABLE, "B").map(Securable::name))
        .containsExactly("C", "d", "\u00e9");
    assertThat(state.children(schema, SecurableType.TABLE, "bb").map(Securable::name))
        .containsExactly("C", "d", "\u00e9");
    assertThat(state.children(schema, SecurableType.TABLE, "\u00e9")).isEmpty();
    assertThat(state.children(UUID.randomUUID(), SecurableType.TABLE, "")).isEmpty();
  }

  @Test
  void principalsShareOneSetOfNames() {
    UUID ann = example.user("Ann@example.com");
    assertThat(state.principal("ANN@EXAMPLE.COM").map(Principal::id)).contains(ann);
    assertThatThrownBy(() -> example.group("ann@example.com"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PRINCIPAL_EXISTS);
              assertThat(e.problem())
                  .isEqualTo("a principal called ann@example.com is there already");
            });
  }

  // ---- places ----------------------------------------------------------------------------------

  @Test
  void siblingsWhoseNamesBeginAlikeAreApart() {
    UUID one = example.table(schema, "one", "file:///d/t1");
    UUID two = example.table(schema, "two", "file:///d/t1x");
    UUID three = example.table(schema, "three", "file:///d/t1-x");
    assertThat(at("file:///d/t1")).contains(one);
    assertThat(at("file:///d/t1/a/b")).contains(one);
    assertThat(at("file:///d/t1x")).contains(two);
    assertThat(at("file:///d/t1x/a")).contains(two);
    assertThat(at("file:///d/t1-x/a")).contains(three);
    assertThat(at("file:///d/t1y")).isEmpty();
    assertThat(at("file:///d/t")).isEmpty();
    assertThat(at("file:///d")).isEmpty();
    assertThat(state.below("file:///d")).isPresent();
    assertThat(state.below("file:///d/t1").map(Securable::id)).contains(one);
    assertThat(state.below("file:///d/t")).isEmpty();
    assertThat(state.below("file:///d/t1/a")).isEmpty();
    assertThat(state.below("file:///e")).isEmpty();
  }

  private Optional<UUID> at(String location) {
    return state.atOrAbove(location).map(Securable::id);
  }

  @Test
  void nothingLiesInOrAroundAnotherOnesPlace() {
    example.table(schema, "one", "file:///d/t1");
    for (String place : List.of("file:///d/t1", "file:///d/t1/a", "file:///d", "file://")) {
      assertThatThrownBy(() -> example.table(schema, "two", place))
          .as(place)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.LOCATION_OVERLAPS);
                assertThat(e.problem())
                    .isEqualTo(place + " is in or around the place of something else");
              });
    }
    assertThatThrownBy(() -> example.volume(schema, "two", "file:///d/t1/v"))
        .hasMessageContaining("LOCATION_OVERLAPS");
    example.table(schema, "three", "file:///d/t2");
  }

  @Test
  void aPlaceIsFreeWhenItsOwnerHasMovedOrIsGone() {
    UUID table = example.table(schema, "one", "file:///d/t1");
    Securable old = state.find(table).orElseThrow();
    // Into its own place, and out of it.
    apply(
        new Change.PutSecurable(
            old.withDefinition(ExampleCatalog.table("file:///d/t1/deeper"), old.created())));
    assertThat(at("file:///d/t1")).isEmpty();
    apply(
        new Change.PutSecurable(
            old.withDefinition(ExampleCatalog.table("file:///d/t2"), old.created())));
    UUID next = example.table(schema, "two", "file:///d/t1");
    assertThat(at("file:///d/t1")).contains(next);
    apply(new Change.DropSecurable(next));
    assertThat(at("file:///d/t1")).isEmpty();
    example.volume(schema, "three", "file:///d/t1");
  }

  // ---- what does not fit -----------------------------------------------------------------------

  @Test
  void whatDoesNotFitIsRefused() {
    UUID nobody = new UUID(0, 9);
    UUID user = example.user("u");
    UUID group = example.group("g");
    refused(new Change.DropSecurable(catalog), "something is in main");
    refused(new Change.DropSecurable(nobody), "no securable 00000000-0000-0000-0000-000000000009");
    refused(
        new Change.PutGrant(schema, nobody, Set.of(Privilege.SELECT)),
        "no principal 00000000-0000-0000-0000-000000000009");
    refused(
        new Change.PutMember(group, nobody), "no principal 00000000-0000-0000-0000-000000000009");
    refused(new Change.PutMember(user, group), "no group " + user);
    refused(new Change.DropPrincipal(state.admins()), "admins is the group of metastore admins");
    refused(new Change.DropPrincipal(state.metastore().owner()), "root@example.com owns ");
  }

  private void refused(Change change, String message) {
    assertThatThrownBy(() -> state.after(change))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(message);
  }
}
