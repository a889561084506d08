using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>Who is here.</summary>
public abstract class UserListScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task The_list_holds_what_the_caller_has_just_done()
    {
        for (var round = 0; round < 10; round++)
        {
            var (ann, id) = await Enter($"Ann {round}");
            (await Listed(ann, id))!.Value.Text("userName").ShouldBe($"Ann {round}");
            (await ann.Call("UpdateUserData", new { userDataKey = "n", userDataValue = round })).Ok();
            (await Listed(ann, id))!.Value.GetProperty("userData").GetRawText().ShouldBe($$"""{"n":{{round}}}""");
            var session = (await ann.AddSession("listed")).Ok().Body.Text("sessionId");
            (await Listed(ann, id))!.Value.Text("sessionId").ShouldBe(session);
            (await ann.LeaveSession()).Ok();
            (await Listed(ann, id))!.Value.TryGetProperty("sessionId", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_user_is_shown_with_its_name_its_data_and_where_it_is()
    {
        var (session, members) = await Meet("Ann", "Ben");

        var user = (await members[1].Client.Call("GetUserInfo", new { userId = members[0].Id })).Ok().Body;

        user.GetRawText().ShouldBe(
            $$"""{"userId":"{{members[0].Id}}","userName":"Ann","userAdmin":false,"userData":{},"presence":"online","sessionId":"{{session}}"}""");
        (await members[1].Client.Call("GetUserInfo", new { })).Ok().Body.Text("userId").ShouldBe(members[1].Id);
        (await members[1].Client.Call("GetUserInfo", new { userId = "" })).Ok().Body.Text("userId").ShouldBe(members[1].Id);
        (await members[1].Client.Call("GetUserInfo", new { userId = "no-such-user" })).Error.ShouldBe(1301);
    }

    [Fact]
    public async Task Who_is_lost_is_away_and_who_logs_out_is_not_listed()
    {
        var (ann, _) = await Enter("Ann");
        var ben = await Enter("Ben");
        var eve = await Enter("Eve");
        ben.Client.Cut();
        (await eve.Client.Logout()).Ok();

        await Eventually(async () => (await Listed(ann, ben.Id))?.Text("presence") == (Has(WireFeatures.KeepsSeats) ? "away" : null) ? null : "Ben is still here");
        await Eventually(async () => await Listed(ann, eve.Id) is null ? null : "Eve is still listed");
        (await ann.Call("GetUserInfo", new { userId = eve.Id })).Error.ShouldBe(1301);
    }

    [Fact]
    public async Task Who_was_in_a_session_that_closed_is_in_none()
    {
        var (_, members) = await Meet("Ann", "Ben");
        (await members[0].Client.Logout()).Ok();

        await Eventually(async () => (await Listed(members[1].Client, members[1].Id))!.Value.TryGetProperty("sessionId", out var closed) ? $"in {closed}" : null);
        (await members[1].Client.Call("GetUserInfo", new { })).Ok().Body.TryGetProperty("sessionId", out _).ShouldBeFalse();
        (await members[1].Client.LeaveSession()).Ok();
    }

    private static async Task<JsonElement?> Listed(IScenarioClient client, string userId) =>
        (await client.Call("GetUsers")).Ok().Body.TryGetProperty(userId, out var user) ? user : null;
}
