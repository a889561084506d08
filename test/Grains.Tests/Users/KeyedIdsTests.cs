using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class KeyedIdsTests
{
    [Fact]
    public void The_same_user_and_key_give_the_same_well_formed_id()
    {
        var id = KeyedIds.Of(Id("ann"), "key");
        KeyedIds.Of(Id("ann"), "key").ShouldBe(id);
        Guid.TryParseExact(id, "D", out _).ShouldBeTrue();
    }

    [Fact]
    public void Another_user_or_another_key_gives_another_id() =>
        new[] { KeyedIds.Of(Id("ann"), "key"), KeyedIds.Of(Id("bob"), "key"), KeyedIds.Of(Id("ann"), "key2"), KeyedIds.Of(Id("annk"), "ey") }
            .Distinct().Count().ShouldBe(4);
}
