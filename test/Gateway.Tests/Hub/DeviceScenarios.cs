namespace Orchestrator.Tests;

/// <summary>Two devices of one account.</summary>
public abstract class DeviceScenarios(IScenarioWire wire, HubServer server) : Scenarios(wire, server)
{
    private const string Password = "correct horse";

    [Fact]
    public async Task Both_devices_are_one_user_and_one_member()
    {
        var (phone, laptop) = await TwoDevices();
        laptop.Id.ShouldBe(phone.Id);
        var session = (await phone.Client.AddSession("shared")).Ok().Body.Text("sessionId");
        (await laptop.Client.WaitFor("SessionSnapshot")).Data.Text("sessionId").ShouldBe(session);
        var ben = await Enter("Ben");

        (await ben.Client.JoinSession(session)).Ok().Body.Texts("sessionUsers").ShouldBe([phone.Id, ben.Id]);
        (await ben.Client.SendMessage(phone.Id, "to both")).Ok();
        await phone.Client.WaitFor("MessageSent");
        await laptop.Client.WaitFor("MessageSent");
        (await laptop.Client.SendMessageToAll("from the laptop")).Ok();
        await ben.Client.WaitFor("MessageSent", d => d.Text("messageFrom") == phone.Id);
        (await laptop.Client.AddSession("another")).Error.ShouldBe(602);
    }

    [Fact]
    public async Task A_device_that_logs_in_later_finds_the_session_in_its_answer()
    {
        var name = $"late {Guid.CreateVersion7()}";
        await Wire.Register(name, Password);
        var phone = await Enter(name, Password);
        var session = (await phone.Client.AddSession("shared")).Ok().Body.Text("sessionId");
        var laptop = await Connect();

        var login = (await laptop.Call("Login", new { userName = name, userPassword = Password })).Ok();

        login.Body.GetProperty("session").Text("sessionId").ShouldBe(session);
        (await phone.Client.SendMessageToAll("hello")).Ok();
        await laptop.WaitFor("MessageSent");
    }

    [Fact]
    public async Task What_one_device_leaves_the_other_leaves_too()
    {
        var (phone, laptop) = await TwoDevices();
        var session = (await phone.Client.AddSession("shared")).Ok().Body.Text("sessionId");
        await laptop.Client.WaitFor("SessionSnapshot");

        (await laptop.Client.LeaveSession()).Ok();

        await phone.Client.WaitForUser("USER_LEFT_SESSION", phone.Id);
        (await phone.Client.SendMessageToAll("x")).Error.ShouldBe(800);
        (await phone.Client.DeleteSession(session)).Ok();
    }

    [Fact]
    public async Task One_device_that_logs_out_or_is_lost_takes_nothing_from_the_other()
    {
        var (phone, laptop) = await TwoDevices();
        var session = (await phone.Client.AddSession("shared")).Ok().Body.Text("sessionId");
        await laptop.Client.WaitFor("SessionSnapshot");
        var ben = await Enter("Ben");
        (await ben.Client.JoinSession(session)).Ok();

        laptop.Client.Cut();
        var tablet = await Enter(phone.Name, Password);
        (await tablet.Client.Logout()).Ok();

        (await ben.Client.SendMessage(phone.Id, "still there?")).Ok();
        await phone.Client.WaitFor("MessageSent");
        ben.Client.Events().ShouldAllBe(e => e.What == "MessageSent");
        (await ben.Client.GetSessionInfo()).Ok().Body.Texts("sessionUsers").ShouldBe([phone.Id, ben.Id]);
    }

    private async Task<(Device Phone, Device Laptop)> TwoDevices()
    {
        var name = $"two devices {Guid.CreateVersion7()}";
        await Wire.Register(name, Password);
        var phone = await Enter(name, Password);
        var laptop = await Enter(name, Password);
        return (new Device(phone.Client, phone.Id, name), new Device(laptop.Client, laptop.Id, name));
    }

    private sealed record Device(IScenarioClient Client, string Id, string Name);
}
