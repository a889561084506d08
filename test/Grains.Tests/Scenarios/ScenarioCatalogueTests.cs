using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Scenarios;

public sealed class ScenarioCatalogueTests
{
    private static readonly Limits Small = new() { ScenariosMax = 2, ScenarioBytesMax = 1_024, ScenarioCatalogueBytesMax = 1_500 };
    private static readonly Caller Chief = Caller("chief") with { Role = Role.Administrator };

    private readonly ScenarioCatalogue _catalogue = new(Small);

    [Fact]
    public void What_was_added_is_found_and_listed_in_order()
    {
        _catalogue.Add(Holder("ann"), new("b"));
        _catalogue.Add(Holder("ann"), new("a", "A play"));
        _catalogue.Find("a")!.ScenarioName.ShouldBe("A play");
        _catalogue.Find("c").ShouldBeNull();
        _catalogue.List().Keys.ShouldBe(["a", "b"]);
    }

    [Fact]
    public void An_equal_scenario_is_accepted_from_anybody_and_changes_nothing()
    {
        _catalogue.Add(Holder("ann"), Rich("a"));
        var before = _catalogue.State;
        _catalogue.Add(Holder("bob"), Rich("a")).ShouldBeEmpty();
        _catalogue.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void Another_one_of_its_id_is_taken_from_its_owner_and_administrators_only()
    {
        _catalogue.Add(Holder("ann"), new("a", "First"));
        RefusalOf(() => _catalogue.Add(Holder("bob"), new("a", "Bob's"))).ShouldBe(RefusalCode.NotAllowed);
        _catalogue.Find("a")!.ScenarioName.ShouldBe("First");
        _catalogue.Add(Holder("ann"), new("a", "Second"));
        _catalogue.Add(Chief, new("a", "Third"));
        _catalogue.Find("a")!.ScenarioName.ShouldBe("Third");
        _catalogue.Add(Holder("ann"), new("a", "Still mine")).ShouldNotBeEmpty();
    }

    [Fact]
    public void Only_its_owner_and_administrators_remove_it()
    {
        _catalogue.Add(Holder("ann"), new("a"));
        RefusalOf(() => _catalogue.Remove(Holder("bob"), "a")).ShouldBe(RefusalCode.NotAllowed);
        _catalogue.Remove(Holder("ann"), "a");
        RefusalOf(() => _catalogue.Remove(Holder("ann"), "a")).ShouldBe(RefusalCode.ScenarioNotFound);
        _catalogue.Add(Holder("ann"), new("b"));
        _catalogue.Remove(Chief, "b");
        _catalogue.List().ShouldBeEmpty();
    }

    [Fact]
    public void What_a_guest_adds_anybody_replaces_and_removes()
    {
        _catalogue.Add(Caller("guest"), new("a", "First"));
        _catalogue.Add(Caller("other guest"), new("a", "Second"));
        _catalogue.Add(Holder("ann"), new("a", "Third"));
        _catalogue.Add(Caller("guest"), new("a", "Still everybody's"));
        _catalogue.Remove(Caller("other guest"), "a");
        _catalogue.Add(Holder("ann"), new("a"));
        RefusalOf(() => _catalogue.Add(Caller("guest"), new("a", "Not theirs"))).ShouldBe(RefusalCode.NotAllowed);
        RefusalOf(() => _catalogue.Remove(Caller("guest"), "a")).ShouldBe(RefusalCode.NotAllowed);
    }

    [Fact]
    public void An_account_has_room_for_so_many_and_all_guests_together_for_as_many()
    {
        var catalogue = new ScenarioCatalogue(new Limits { ScenariosPerOwnerMax = 2 });
        foreach (var (one, other) in new[] { (Caller("guest"), Caller("other guest")), (Holder("ann"), Holder("ann")), (Chief, Chief) })
        {
            catalogue.Add(one, new($"{one.User} 1"));
            catalogue.Add(other, new($"{one.User} 2"));
            RefusalOf(() => catalogue.Add(other, new($"{one.User} 3"))).ShouldBe(RefusalCode.LimitReached);
            catalogue.Add(other, new($"{one.User} 2", "Replaced"));
            catalogue.Remove(other, $"{one.User} 1");
            catalogue.Add(one, new($"{one.User} 3"));
        }
    }

    [Fact]
    public void An_account_has_its_share_of_the_bytes_and_all_guests_together_have_one()
    {
        var catalogue = new ScenarioCatalogue(new Limits { ScenarioBytesPerOwnerMax = 1_500 });
        foreach (var (one, other, whose) in new[] { (Caller("guest"), Caller("other guest"), "All guests together"), (Holder("ann"), Holder("ann"), "An account") })
        {
            catalogue.Add(one, Sized($"{one.User} 1", 900));
            var refusal = Should.Throw<Refusal>(() => catalogue.Add(other, Sized($"{one.User} 2", 900)));
            refusal.Code.ShouldBe(RefusalCode.LimitReached);
            refusal.Message.ShouldStartWith(whose);
            catalogue.Add(other, Sized($"{one.User} 2", 400));
            RefusalOf(() => catalogue.Add(one, Sized($"{one.User} 2", 900))).ShouldBe(RefusalCode.LimitReached);
            catalogue.Remove(other, $"{one.User} 1");
            catalogue.Add(one, Sized($"{one.User} 2", 900));
        }
    }

    [Fact]
    public void Administrators_are_not_bound_by_a_share()
    {
        var catalogue = new ScenarioCatalogue(new Limits { ScenarioBytesPerOwnerMax = 1_500 });
        catalogue.Add(Holder("ann"), Sized("a", 900));
        catalogue.Add(Chief, Sized("a", 1_900));
        catalogue.Add(Chief, Sized("b", 900));
        catalogue.Add(Chief, Sized("c", 900));

        RefusalOf(() => catalogue.Add(Holder("ann"), Sized("a", 1_950))).ShouldBe(RefusalCode.LimitReached);
        catalogue.Add(Holder("ann"), Sized("a", 1_800)).ShouldNotBeEmpty("it is over its share, and becomes smaller");
    }

    [Fact]
    public void There_is_room_for_so_many_and_a_removal_makes_room()
    {
        _catalogue.Add(Holder("ann"), new("a"));
        _catalogue.Add(Holder("ann"), new("b"));
        RefusalOf(() => _catalogue.Add(Holder("ann"), new("c"))).ShouldBe(RefusalCode.LimitReached);
        _catalogue.Add(Holder("ann"), new("b", "Replaced"));
        _catalogue.Remove(Holder("ann"), "a");
        _catalogue.Add(Holder("ann"), new("c"));
    }

    [Fact]
    public void There_is_room_for_so_many_bytes_of_one_and_of_all()
    {
        RefusalOf(() => _catalogue.Add(Holder("ann"), Sized("a", 1_024))).ShouldBe(RefusalCode.LimitReached);
        _catalogue.Add(Holder("ann"), Sized("a", 900));
        RefusalOf(() => _catalogue.Add(Holder("ann"), Sized("b", 900))).ShouldBe(RefusalCode.LimitReached);
        _catalogue.Add(Holder("ann"), Sized("b", 400));
        RefusalOf(() => _catalogue.Add(Holder("ann"), Sized("b", 900))).ShouldBe(RefusalCode.LimitReached);
        _catalogue.Add(Holder("ann"), Sized("a", 300));
        _catalogue.Add(Holder("ann"), Sized("b", 900));
    }

    [Fact]
    public void Two_definitions_are_equal_when_everything_in_them_is()
    {
        var rich = Rich("a");
        rich.ShouldBe(Rich("a"));
        rich.GetHashCode().ShouldBe(Rich("a").GetHashCode());
        new ScenarioDefinition("a", ScenarioRooms: [], ScenarioEvents: []).ShouldBe(new ScenarioDefinition("a"));
        foreach (var other in new[]
        {
            rich with { ScenarioId = "b" }, rich with { ScenarioName = null }, rich with { ScenarioDescription = "x" }, rich with { ScenarioRooms = null },
            rich with { ScenarioRooms = [new Room("r", "R", RoomCapacity: 2)] }, rich with { ScenarioEvents = [new ScenarioEvent(1, "e", Payload.Of("2"))] }, rich with { ScenarioGltf = Payload.Of("{}") },
        })
        {
            other.ShouldNotBe(rich);
        }
    }

    private static ScenarioDefinition Rich(string id) => new(
        id, "A play", "In one act", [new Room("r", "R", "A room", 1)], [new ScenarioEvent(1, "e", Payload.Of("{\"a\":[1]}"), "master")], Payload.Of("[1]"));

    private static ScenarioDefinition Sized(string id, int bytes) => new(id, ScenarioDescription: new string('x', bytes));
}

public sealed class ScenarioCatalogueGrainTests() : ScenarioCatalogueGrainSuite(copyMessages: false);

public abstract class ScenarioCatalogueGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    private IScenarioCatalogueGrain Catalogue => Host.Grains.GetGrain<IScenarioCatalogueGrain>(IScenarioCatalogueGrain.Key);

    [Fact]
    public async Task The_catalogue_outlives_the_process()
    {
        await Catalogue.Add(Holder("ann"), new AddScenario(Plays.Play(1, 2)));
        await Catalogue.Add(Holder("ann"), new AddScenario(new("gone")));
        await Catalogue.Remove(Holder("ann"), new RemoveScenario("gone"));

        await Restart();

        (await Catalogue.List()).ShouldHaveSingleItem().Value.ShouldBe(Plays.Play(1, 2));
        (await RefusalOf(Catalogue.Remove(Holder("bob"), new RemoveScenario("play")))).ShouldBe(RefusalCode.NotAllowed);
    }

    [Fact]
    public async Task The_catalogue_outlives_the_process_however_deep_a_value_nests()
    {
        await Catalogue.Add(Caller("ann"), new AddScenario(new("good")));
        await Catalogue.Add(Caller("eve"), new AddScenario(new("deep", ScenarioGltf: Plays.Nested(63))));

        await Restart();

        (await Catalogue.List()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_repeated_key_is_answered_and_not_done_again()
    {
        await Catalogue.Add(Caller("ann"), new AddScenario(new("a", "First"), "k"));
        await Catalogue.Add(Caller("ann"), new AddScenario(new("a", "Second")));

        await Catalogue.Add(Caller("ann"), new AddScenario(new("a", "First"), "k"));

        (await Catalogue.Find("a"))!.ScenarioName.ShouldBe("Second");
        (await RefusalOf(Catalogue.Remove(Caller("ann"), new RemoveScenario("a", "k")))).ShouldBe(RefusalCode.KeyReused);
    }

    [Fact]
    public async Task What_the_store_does_not_take_is_refused_as_temporary_and_is_not_there()
    {
        Host.Storage.Failure = _ => new IOException("full");
        (await RefusalOf(Catalogue.Add(Caller("ann"), new AddScenario(new("a"))))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Catalogue.Find("a")).ShouldBeNull();
        await Catalogue.Add(Caller("ann"), new AddScenario(new("a")));
        (await Catalogue.Find("a")).ShouldNotBeNull();
    }
}
