using System.Text;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class UserDataTests
{
    private readonly Limits _limits = new() { UserDataBytesMax = 64, UserDataKeysMax = 3, UserDataDepthMax = 3 };

    [Theory]
    [InlineData(null, """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":3}""", """{"a":3,"b":2}""")]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"x":3}}""", """{"a":{"x":3}}""")]
    [InlineData("""{"a":1}""", "{}", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"a":null}""", """{"a":null}""")]
    [InlineData(null, """ { "a" : [ 1, 2 ] } """, """{"a":[ 1, 2 ]}""")]
    [InlineData(null, """{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData(null, """{"A":1,"a":2}""", """{"A":1,"a":2}""")]
    [InlineData(null, """{"":"ü😀"}""", """{"":"ü😀"}""")]
    [InlineData("""{"\u00e4":1}""", """{"ä":2}""", """{"ä":2}""")]
    [InlineData(null, """{"a":1e999}""", """{"a":1e999}""")]
    public void Keys_are_set_as_a_whole_and_the_others_stay(string? data, string patch, string expected) =>
        UserData.Change(data is null ? null : Payload.Of(data), Payload.Of(patch), _limits)!.ToString().ShouldBe(expected);

    [Fact]
    public void Nothing_left_is_no_data()
    {
        UserData.Change(Payload.Of("""{"a":1}"""), null, _limits).ShouldBeNull();
        UserData.Change(null, Payload.EmptyObject, _limits).ShouldBeNull();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"{}\"")]
    [InlineData("""{"\ud800":1}""")]
    public void What_is_no_object_of_texts_is_refused(string patch) => RefusalOf(() => Change(patch)).ShouldBe(RefusalCode.UserDataMissing);

    [Fact]
    public void The_limits_hold_for_all_of_it()
    {
        var full = Change($$"""{"a":"{{new string('x', 56)}}"}""")!;
        full.Utf8.Length.ShouldBe(64);
        RefusalOf(() => UserData.Change(full, Payload.Of("""{"b":1}"""), _limits)).ShouldBe(RefusalCode.LimitReached);
        UserData.Change(full, Payload.Of("""{"a":1}"""), _limits)!.ToString().ShouldBe("""{"a":1}""");
        RefusalOf(() => Change($$"""{"a":"{{new string('ü', 29)}}"}""")).ShouldBe(RefusalCode.LimitReached);

        var three = Change("""{"a":1,"b":2,"c":3}""");
        RefusalOf(() => UserData.Change(three, Payload.Of("""{"d":4}"""), _limits)).ShouldBe(RefusalCode.LimitReached);
        UserData.Change(three, Payload.Of("""{"c":4}"""), _limits)!.ToString().ShouldBe("""{"a":1,"b":2,"c":4}""");

        Change("""{"a":[[1]]}""").ShouldNotBeNull();
        RefusalOf(() => Change("""{"a":[[[1]]]}""")).ShouldBe(RefusalCode.LimitReached);
    }

    [Fact]
    public void What_may_be_nested_as_deep_as_the_limits_allow_can_be_read_from_the_store()
    {
        var limits = new Limits { UserDataDepthMax = 48 };
        var deep = new string('[', 47) + new string(']', 47);
        var data = UserData.Change(null, Payload.Of($$"""{"a":{{deep}}}"""), limits);
        var state = new Delivery.Stored<UserState> { State = new UserState { Data = data } };

        var json = System.Text.Json.JsonSerializer.Serialize(state, Json.Store);

        System.Text.Json.JsonSerializer.Deserialize<Delivery.Stored<UserState>>(json, Json.Store)!.State!.Data.ShouldBe(data);
    }

    private Payload? Change(string patch) => UserData.Change(null, new Payload(Encoding.UTF8.GetBytes(patch)), _limits);
}
