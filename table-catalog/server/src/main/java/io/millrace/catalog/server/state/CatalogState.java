package io.millrace.catalog.server.state;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Everything that decides who may do what, as of one version. Immutable: {@link #after} makes the
 * next state, which shares all that stayed. Thread-safe; nothing here does I/O.
 */
public final class CatalogState {

  /** What belongs to one securable. */
  private record Node(Securable securable, GrantSet grants, PSortedMap<NameKey, UUID> children) {
    Node with(Securable changed) {
      return new Node(changed, grants, children);
    }

    Node with(GrantSet changed) {
      return new Node(securable, changed, children);
    }

    Node withChild(NameKey name, UUID id) {
      return new Node(securable, grants, children.plus(name, id));
    }

    Node withoutChild(NameKey name) {
      return new Node(securable, grants, children.minus(name));
    }
  }

  private static final CatalogState EMPTY =
      new CatalogState(
          0,
          null,
          IdMap.empty(),
          TreePMap.empty(),
          IdMap.empty(),
          HashTreePMap.empty(),
          IdMap.empty(),
          IdMap.empty(),
          IdMap.empty(),
          HashTreePMap.empty(),
          new ConcurrentHashMap<>());

  private final long version;
  private final @Nullable UUID root;
  private final IdMap<Node> nodes;

  /** By {@link Definition#ownLocation} with a slash at the end. */
  private final PSortedMap<String, UUID> locations;

  private final IdMap<Principal> principals;
  private final PMap<String, UUID> principalNames;

  /** By member. */
  private final IdMap<PSet<UUID>> groups;

  /** By group. */
  private final IdMap<PSet<UUID>> members;

  private final IdMap<Token> tokens;
  private final PMap<String, UUID> tokenHashes;

  /** Groups through groups, found when first asked for; of this state and those that share them. */
  private final ConcurrentHashMap<UUID, PrincipalSet> reach;

  private CatalogState(
      long version,
      @Nullable UUID root,
      IdMap<Node> nodes,
      PSortedMap<String, UUID> locations,
      IdMap<Principal> principals,
      PMap<String, UUID> principalNames,
      IdMap<PSet<UUID>> groups,
      IdMap<PSet<UUID>> members,
      IdMap<Token> tokens,
      PMap<String, UUID> tokenHashes,
      ConcurrentHashMap<UUID, PrincipalSet> reach) {
    this.version = version;
    this.root = root;
    this.nodes = nodes;
    this.locations = locations;
    this.principals = principals;
    this.principalNames = principalNames;
    this.groups = groups;
    this.members = members;
    this.tokens = tokens;
    this.tokenHashes = tokenHashes;
    this.reach = reach;
  }

  /** A name as it is compared: whatever its case and Unicode form. */
  public static String folded(String name) {
    return NameKey.fold(name);
  }

  /** For reading a whole state at once. */
  public static Loader loader() {
    return new Loader();
  }

  /** Nothing, not even a metastore. */
  public static CatalogState empty() {
    return EMPTY;
  }

  /** Counts committed transactions; equal versions of one database are equal states. */
  public long version() {
    return version;
  }

  // ---- securables ------------------------------------------------------------------------------

  /** The root. */
  public Securable metastore() {
    return node(requireNonNull(root, "there is no metastore yet")).securable();
  }

  /** The group of metastore admins. */
  public UUID admins() {
    return ((Definition.Metastore) metastore().definition()).admins();
  }

  public boolean isEmpty() {
    return root == null;
  }

  public Optional<Securable> find(UUID id) {
    return Optional.ofNullable(nodes.get(id)).map(Node::securable);
  }

  /** The one of a type with this name in another; names are equal whatever their case. */
  public Optional<Securable> find(UUID parent, SecurableType type, String name) {
    Node node = nodes.get(parent);
    if (node == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(node.children().get(NameKey.of(type, name))).flatMap(this::find);
  }

  /**
   * By the parts of its full name.
   *
   * @param parts as many as the type has
   */
  public Optional<Securable> find(SecurableType type, List<String> parts) {
    if (parts.size() != type.nameParts()) {
      throw new IllegalArgumentException(
          "a %s has %d parts in its name, not %d"
              .formatted(type.words(), type.nameParts(), parts.size()));
    }
    Securable at = metastore();
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      SecurableType each = last ? type : i == 0 ? SecurableType.CATALOG : SecurableType.SCHEMA;
      Optional<Securable> next = find(at.id(), each, parts.get(i));
      if (next.isEmpty()) {
        return Optional.empty();
      }
      at = next.get();
    }
    return Optional.of(at);
  }

  /** {@code catalog.schema.name}; empty for the metastore. */
  public String fullName(Securable securable) {
    if (securable.isRoot()) {
      return "";
    }
    Securable parent = node(securable.parent()).securable();
    return parent.isRoot() ? securable.name() : fullName(parent) + "." + securable.name();
  }

  /**
   * What lies in a securable, by name.
   *
   * @param after name that the first comes behind, for paging; empty from the start
   */
  public Stream<Securable> children(UUID parent, SecurableType type, String after) {
    Node node = nodes.get(parent);
    if (node == null) {
      return Stream.empty();
    }
    NameKey from = after.isEmpty() ? NameKey.first(type) : NameKey.of(type, after);
    return node.children().tailMap(from, after.isEmpty()).entrySet().stream()
        .takeWhile(entry -> entry.getKey().type() == type)
        .map(entry -> node(entry.getValue()).securable());
  }

  /** Whether anything lies in it. */
  public boolean hasChildren(UUID parent) {
    Node node = nodes.get(parent);
    return node != null && !node.children().isEmpty();
  }

  /** Everything in it, the innermost first, as it can be dropped one after the other. */
  public List<Securable> descendants(UUID parent) {
    List<Securable> found = new ArrayList<>();
    collect(parent, found);
    return found;
  }

  private void collect(UUID parent, List<Securable> found) {
    for (UUID child : node(parent).children().values()) {
      collect(child, found);
      found.add(node(child).securable());
    }
  }

  /** Whether a principal owns anything. A walk over all securables. */
  public Optional<Securable> ownedBy(UUID principal) {
    return nodes.values().stream()
        .map(Node::securable)
        .filter(securable -> securable.owner().equals(principal))
        .findFirst();
  }

  /** All securables, in no order. */
  public Stream<Securable> all() {
    return nodes.values().stream().map(Node::securable);
  }

  private Node node(UUID id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new IllegalStateException("no securable " + id + " in version " + version);
    }
    return node;
  }

  // ---- places ----------------------------------------------------------------------------------

  /**
   * The securable whose own place a location is, or is in.
   *
   * @param location normalised
   */
  public Optional<Securable> atOrAbove(String location) {
    String path = location + "/";
    // No place lies in another, so that the nearest before it is the only one that can hold it.
    Map.Entry<String, UUID> at = locations.floorEntry(path);
    return at != null && path.startsWith(at.getKey()) ? find(at.getValue()) : Optional.empty();
  }

  /** A securable whose own place is in a location, if there is one. */
  public Optional<Securable> below(String location) {
    String path = location + "/";
    Map.Entry<String, UUID> next = locations.ceilingEntry(path);
    return next != null && next.getKey().startsWith(path)
        ? find(next.getValue())
        : Optional.empty();
  }

  // ---- principals ------------------------------------------------------------------------------

  public Optional<Principal> principal(UUID id) {
    return Optional.ofNullable(principals.get(id));
  }

  /** By the name that grants have for it, whatever its case. */
  public Optional<Principal> principal(String name) {
    return Optional.ofNullable(principalNames.get(NameKey.fold(name))).flatMap(this::principal);
  }

  /** All of a kind, in no order. */
  public Stream<Principal> principals(Principal.Kind kind) {
    return principals.values().stream().filter(principal -> principal.kind() == kind);
  }

  /** Direct members of a group. */
  public Collection<UUID> members(UUID group) {
    PSet<UUID> found = members.get(group);
    return found == null ? Set.of() : found;
  }

  /** Groups that a principal is a direct member of. */
  public Collection<UUID> groups(UUID member) {
    PSet<UUID> found = groups.get(member);
    return found == null ? Set.of() : found;
  }

  /** A principal with all its groups. */
  public PrincipalSet reach(UUID principal) {
    PrincipalSet known = reach.get(principal);
    return known != null
        ? known
        : reach.computeIfAbsent(principal, id -> PrincipalSet.of(id, this::groups));
  }

  public boolean isAdmin(UUID principal) {
    return reach(principal).contains(admins());
  }

  public Optional<Token> token(UUID id) {
    return Optional.ofNullable(tokens.get(id));
  }

  /** By the hash of its secret. */
  public Optional<Token> token(String hash) {
    return Optional.ofNullable(tokenHashes.get(hash)).flatMap(this::token);
  }

  /** All of a principal, in no order. */
  public Stream<Token> tokens(UUID principal) {
    return tokens.values().stream().filter(token -> token.principal().equals(principal));
  }

  // ---- grants ----------------------------------------------------------------------------------

  /** What was granted on a securable itself to a principal itself. */
  public Set<Privilege> granted(UUID securable, UUID principal) {
    return GrantSet.privileges(node(securable).grants().of(principal));
  }

  /** What was granted on a securable itself, to whom. */
  public void forEachGrant(UUID securable, BiConsumer<UUID, Set<Privilege>> consumer) {
    node(securable).grants().forEach(consumer);
  }

  /** Bits of what was granted on a securable itself to a principal or any of its groups. */
  public long grantedBits(UUID securable, PrincipalSet who) {
    return node(securable).grants().ofAny(who);
  }

  // ---- what comes next -------------------------------------------------------------------------

  /** The same with a version. */
  public CatalogState at(long changed) {
    return new CatalogState(
        changed,
        root,
        nodes,
        locations,
        principals,
        principalNames,
        groups,
        members,
        tokens,
        tokenHashes,
        reach);
  }

  /**
   * The state after a change, which must fit: what it names is there, names and places are free.
   *
   * @throws MillraceException SECURABLE_EXISTS, PRINCIPAL_EXISTS or LOCATION_OVERLAPS
   * @throws IllegalStateException if it does not fit in another way, which whoever makes the change
   *     must have looked at before
   */
  public CatalogState after(Change change) {
    if (change instanceof Change.PutSecurable put) {
      return after(put.securable());
    } else if (change instanceof Change.DropSecurable drop) {
      return without(drop.securable());
    } else if (change instanceof Change.PutGrant put) {
      Node node = node(put.securable());
      known(put.principal());
      return withNodes(
          nodes.plus(
              put.securable(),
              node.with(node.grants().with(put.principal(), GrantSet.bits(put.privileges())))));
    } else if (change instanceof Change.PutPrincipal put) {
      return after(put.principal());
    } else if (change instanceof Change.DropPrincipal drop) {
      return withoutPrincipal(drop.principal());
    } else if (change instanceof Change.PutMember put) {
      known(put.member());
      if (principal(put.group()).filter(p -> p.kind() == Principal.Kind.GROUP).isEmpty()) {
        throw new IllegalStateException("no group " + put.group() + " in version " + version);
      }
      return withMembership(
          groups.plus(put.member(), set(groups, put.member()).plus(put.group())),
          members.plus(put.group(), set(members, put.group()).plus(put.member())));
    } else if (change instanceof Change.DropMember drop) {
      return withMembership(
          without(groups, drop.member(), drop.group()),
          without(members, drop.group(), drop.member()));
    } else if (change instanceof Change.PutToken put) {
      return after(put.token());
    } else if (change instanceof Change.DropToken drop) {
      Token gone = tokens.get(drop.token());
      return gone == null
          ? this
          : withTokens(tokens.minus(gone.id()), tokenHashes.minus(gone.hash()));
    }
    throw new IllegalArgumentException("unknown change " + change);
  }

  private void known(UUID principal) {
    if (!principals.containsKey(principal)) {
      throw new IllegalStateException("no principal " + principal + " in version " + version);
    }
  }

  private static PSet<UUID> set(IdMap<PSet<UUID>> map, UUID key) {
    PSet<UUID> found = map.get(key);
    return found == null ? HashTreePSet.empty() : found;
  }

  private static IdMap<PSet<UUID>> without(IdMap<PSet<UUID>> map, UUID key, UUID element) {
    PSet<UUID> left = set(map, key).minus(element);
    return left.isEmpty() ? map.minus(key) : map.plus(key, left);
  }

  private CatalogState after(Token token) {
    known(token.principal());
    Token before = tokens.get(token.id());
    PMap<String, UUID> hashes = before == null ? tokenHashes : tokenHashes.minus(before.hash());
    if (hashes.containsKey(token.hash())) {
      throw new IllegalStateException("two tokens have one hash");
    }
    return withTokens(tokens.plus(token.id(), token), hashes.plus(token.hash(), token.id()));
  }

  private CatalogState after(Securable securable) {
    Node before = nodes.get(securable.id());
    IdMap<Node> changed =
        nodes.plus(
            securable.id(),
            before == null
                ? new Node(securable, GrantSet.NONE, TreePMap.empty())
                : before.with(securable));
    PSortedMap<String, UUID> places = placed(before, securable);
    if (securable.isRoot()) {
      if (root != null && !root.equals(securable.id())) {
        throw new IllegalStateException("there is a metastore already");
      }
      return with(securable.id(), changed, places);
    }
    NameKey name = NameKey.of(securable.type(), securable.name());
    if (before != null) {
      Securable old = before.securable();
      if (old.type() != securable.type()) {
        throw new IllegalStateException(
            "a %s cannot become a %s".formatted(old.type().words(), securable.type().words()));
      }
      NameKey oldName = NameKey.of(old.type(), old.name());
      if (!oldName.equals(name) || !old.parent().equals(securable.parent())) {
        changed = changed.plus(old.parent(), parent(changed, old).withoutChild(oldName));
      }
    }
    Node parent = parent(changed, securable);
    UUID taken = parent.children().get(name);
    if (taken != null && !taken.equals(securable.id())) {
      throw new MillraceException(
          ErrorCode.SECURABLE_EXISTS,
          "%s %s is there already".formatted(securable.type().words(), fullName(node(taken))),
          "choose another name");
    }
    return with(
        root, changed.plus(securable.parent(), parent.withChild(name, securable.id())), places);
  }

  private String fullName(Node node) {
    return fullName(node.securable());
  }

  /** The places, with that of a new or changed securable instead of the one that it had. */
  private PSortedMap<String, UUID> placed(@Nullable Node before, Securable securable) {
    Optional<String> old =
        before == null ? Optional.empty() : before.securable().definition().ownLocation();
    Optional<String> own = securable.definition().ownLocation();
    if (old.equals(own)) {
      return locations;
    }
    PSortedMap<String, UUID> places =
        before == null ? locations : withoutPlace(locations, before.securable());
    if (own.isEmpty()) {
      return places;
    }
    String path = own.get() + "/";
    Map.Entry<String, UUID> above = places.floorEntry(path);
    Map.Entry<String, UUID> below = places.ceilingEntry(path);
    if ((above != null && path.startsWith(above.getKey()))
        || (below != null && below.getKey().startsWith(path))) {
      // Whose place it is may be hidden from who asks, and is not said.
      throw new MillraceException(
          ErrorCode.LOCATION_OVERLAPS,
          "%s is in or around the place of something else".formatted(own.get()),
          "choose a place that nothing is in, and that is in nothing's place");
    }
    return places.plus(path, securable.id());
  }

  private static Node parent(IdMap<Node> nodes, Securable child) {
    Node parent = nodes.get(child.parent());
    if (parent == null) {
      throw new IllegalStateException("the parent of " + child.name() + " is not there");
    }
    return parent;
  }

  private static PSortedMap<String, UUID> withoutPlace(
      PSortedMap<String, UUID> places, Securable securable) {
    Optional<String> own = securable.definition().ownLocation();
    return own.isPresent() ? places.minus(own.get() + "/") : places;
  }

  private CatalogState without(UUID id) {
    Node gone = node(id);
    if (!gone.children().isEmpty()) {
      throw new IllegalStateException("something is in " + gone.securable().name());
    }
    Securable securable = gone.securable();
    IdMap<Node> changed = nodes.minus(id);
    Node parent = parent(changed, securable);
    changed =
        changed.plus(
            securable.parent(),
            parent.withoutChild(NameKey.of(securable.type(), securable.name())));
    return with(root, changed, withoutPlace(locations, securable));
  }

  private CatalogState after(Principal principal) {
    Principal before = principals.get(principal.id());
    PMap<String, UUID> names = principalNames;
    if (before != null) {
      names = names.minus(NameKey.fold(before.name()));
    }
    UUID taken = names.get(NameKey.fold(principal.name()));
    if (taken != null) {
      throw new MillraceException(
          ErrorCode.PRINCIPAL_EXISTS,
          "a principal called %s is there already".formatted(principal.name()),
          "choose another name; users, groups and service principals share one set of names");
    }
    if (before != null && before.kind() != principal.kind()) {
      throw new IllegalStateException(
          "%s cannot become another kind of principal".formatted(before.name()));
    }
    return withPrincipals(
        principals.plus(principal.id(), principal),
        names.plus(NameKey.fold(principal.name()), principal.id()));
  }

  private CatalogState withoutPrincipal(UUID id) {
    Principal gone = principals.get(id);
    if (gone == null) {
      return this;
    }
    if (root != null && admins().equals(id)) {
      throw new IllegalStateException(gone.name() + " is the group of metastore admins");
    }
    CatalogState next = this;
    for (UUID group : new HashSet<>(groups(id))) {
      next = next.after(new Change.DropMember(group, id));
    }
    for (UUID member : new HashSet<>(members(id))) {
      next = next.after(new Change.DropMember(id, member));
    }
    for (Token token : tokens(id).toList()) {
      next = next.after(new Change.DropToken(token.id()));
    }
    IdMap<Node> changed = next.nodes;
    for (Node node : next.nodes.values()) {
      if (node.securable().owner().equals(id)) {
        throw new IllegalStateException(
            "%s owns %s".formatted(gone.name(), fullName(node.securable())));
      }
      if (node.grants().of(id) != 0) {
        changed = changed.plus(node.securable().id(), node.with(node.grants().with(id, 0)));
      }
    }
    return next.withNodes(changed)
        .withPrincipals(principals.minus(id), principalNames.minus(NameKey.fold(gone.name())));
  }

  private CatalogState with(
      @Nullable UUID newRoot, IdMap<Node> changed, PSortedMap<String, UUID> places) {
    return new CatalogState(
        version,
        newRoot,
        changed,
        places,
        principals,
        principalNames,
        groups,
        members,
        tokens,
        tokenHashes,
        reach);
  }

  private CatalogState withNodes(IdMap<Node> changed) {
    return with(root, changed, locations);
  }

  private CatalogState withPrincipals(IdMap<Principal> changed, PMap<String, UUID> names) {
    return new CatalogState(
        version,
        root,
        nodes,
        locations,
        changed,
        names,
        groups,
        members,
        tokens,
        tokenHashes,
        reach);
  }

  private CatalogState withMembership(
      IdMap<PSet<UUID>> changedGroups, IdMap<PSet<UUID>> changedMembers) {
    return new CatalogState(
        version,
        root,
        nodes,
        locations,
        principals,
        principalNames,
        changedGroups,
        changedMembers,
        tokens,
        tokenHashes,
        new ConcurrentHashMap<>());
  }

  private CatalogState withTokens(IdMap<Token> changed, PMap<String, UUID> hashes) {
    return new CatalogState(
        version,
        root,
        nodes,
        locations,
        principals,
        principalNames,
        groups,
        members,
        changed,
        hashes,
        reach);
  }

  /**
   * Takes everything that there is, in any order, and makes a state of it: without the copies that
   * change after change would make. Used by one thread.
   */
  public static final class Loader {
    private final List<Securable> securables = new ArrayList<>();
    private final Map<UUID, GrantSet.Builder> grants = new HashMap<>();
    private CatalogState principals = EMPTY;
    private @Nullable UUID granting;
    private GrantSet.Builder grantingTo = new GrantSet.Builder();

    /** Ids of principals: a million grants share a few thousand. */
    private final Map<UUID, UUID> ids = new HashMap<>();

    private Loader() {}

    public void securable(Securable securable) {
      securables.add(securable);
    }

    public void principal(Principal principal) {
      principals = principals.after(new Change.PutPrincipal(principal));
      ids.put(principal.id(), principal.id());
    }

    /** Both are told before. */
    public void member(UUID group, UUID member) {
      principals = principals.after(new Change.PutMember(group, member));
    }

    public void token(Token token) {
      principals = principals.after(new Change.PutToken(token));
    }

    /** The principal is told before. */
    public void grant(UUID securable, UUID principal, Set<Privilege> privileges) {
      UUID known = ids.get(principal);
      if (known == null) {
        throw new IllegalStateException("a grant to nobody: " + principal);
      }
      // Mostly those of one securable come one after the other.
      if (!securable.equals(granting)) {
        granting = securable;
        grantingTo = grants.computeIfAbsent(securable, id -> new GrantSet.Builder());
      }
      grantingTo.add(known, privileges);
    }

    /**
     * The state.
     *
     * @throws IllegalStateException if something is in what is not there
     * @throws MillraceException if two have one name, or places overlap, as {@link #after} says
     */
    public CatalogState load(long version) {
      // Containers before what is in them.
      securables.sort(Comparator.comparingInt(s -> s.isRoot() ? -1 : s.type().nameParts()));
      CatalogState loaded = principals;
      for (Securable securable : securables) {
        loaded = loaded.after(securable);
      }
      IdMap<Node> nodes = loaded.nodes;
      for (Map.Entry<UUID, GrantSet.Builder> each : grants.entrySet()) {
        Node node = loaded.node(each.getKey());
        nodes = nodes.plus(each.getKey(), node.with(each.getValue().build()));
      }
      return loaded.withNodes(nodes).at(version);
    }
  }
}
