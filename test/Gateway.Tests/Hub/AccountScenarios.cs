namespace Orchestrator.Tests;

/// <summary>Accounts as older clients make and delete them.</summary>
public abstract class AccountScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    [Fact]
    public async Task An_account_is_made_before_login_and_logged_in_with()
    {
        var client = await Connect();
        var userName = Names.New();

        var added = (await client.AddUser(userName)).Ok().Body;

        added.Text("userName").ShouldBe(userName);
        added.GetProperty("userAdmin").GetBoolean().ShouldBeFalse();
        added.ToString().ShouldNotContain("assword");
        (await client.AddUser(userName.ToUpperInvariant())).Error.ShouldBe(205);
        (await client.Login(userName, Names.Password)).ShouldBe(added.Text("userId"));
    }

    [Fact]
    public async Task A_repeated_key_makes_one_account()
    {
        var client = await Connect();
        var parameters = new { userName = Names.New(), userPassword = Names.Password, key = "k" };

        var first = (await client.Call("AddUser", parameters)).Ok().Body.Text("userId");

        (await client.Call("AddUser", parameters)).Ok().Body.Text("userId").ShouldBe(first);
    }

    [Fact]
    public async Task Only_an_administrator_makes_an_administrator()
    {
        var client = await Connect();
        var userName = Names.New();
        var parameters = new { userName, userPassword = Names.Password, userAdmin = true };
        (await client.Call("AddUser", parameters)).Error.ShouldBe(801);
        await client.Login("Guest");
        (await client.Call("AddUser", parameters)).Error.ShouldBe(801);

        (await client.AddUser(userName)).Ok();
    }

    [Fact]
    public async Task Who_deletes_its_account_is_answered_and_then_closed_on_all_its_devices()
    {
        var userName = Names.New();
        await Wire.Register(userName, Names.Password);
        var phone = await Enter(userName, Names.Password);
        var laptop = await Enter(userName, Names.Password);
        var session = (await phone.Client.AddSession("short")).Ok().Body.Text("sessionId");
        var ben = await Enter("Ben");
        (await ben.Client.JoinSession(session)).Ok();

        (await laptop.Client.Call("DeleteUser", new { })).Ok();

        (await laptop.Client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4004);
        (await phone.Client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4004);
        (await ben.Client.WaitFor("SessionClosed")).WhyClosed().ShouldBe(Has(WireFeatures.TellsWhyClosed) ? "administratorLoggedOut" : null);
        var again = await Connect();
        (await again.Call("Login", new { userName, userPassword = Names.Password })).Error.ShouldBe(206);
        (await again.AddUser(userName)).Ok().Body.Text("userId").ShouldNotBe(phone.Id);
    }

    [Fact]
    public async Task Guests_and_other_users_delete_nobody()
    {
        var guest = await Enter("Guest");
        (await guest.Client.Call("DeleteUser", new { })).Error.ShouldBe(801);
        var userName = Names.New();
        await Wire.Register(userName, Names.Password);
        var ann = await Enter(userName, Names.Password);
        var other = Names.New();
        await Wire.Register(other, Names.Password);
        var ben = await Enter(other, Names.Password);

        (await ann.Client.Call("DeleteUser", new { userId = ben.Id })).Error.ShouldBe(801);
        (await ann.Client.Call("DeleteUser", new { userId = "nobody" })).Error.ShouldBe(801);

        (await ben.Client.GetSessions()).Ok();
        await Enter(other, Names.Password);
    }
}
