namespace Orchestrator.Tests;

/// <summary>A test with packet sockets of the shared server.</summary>
public abstract class PacketTest(SharedServer shared) : ServerTest(shared)
{
    protected const string Kind = "ann.points";

    /// <summary>Two members of a session, the second of them registered for what the first sends.</summary>
    protected async Task<(Guest Ann, Guest Ben)> Meet()
    {
        var (ann, ben) = (await LogIn("Ann"), await LogIn("Ben"));
        await ben.Join(await ann.AddSession());
        await Register(ben, ann);
        return (ann, ben);
    }

    protected static async Task Register(Guest guest, Guest owner) => (await guest.Invoke("RegisterForDataStream", new { userId = owner.UserId, kind = Kind })).Ok();

    protected static async Task Send(Guest guest, object data) => (await guest.Invoke("SendData", new { kind = Kind, data })).Ok();

    /// <summary>What a guest heard of packets on its connection.</summary>
    protected static IReadOnlyList<HubEvent> Heard(Guest guest) => [.. guest.Client.Events.Where(e => e.Name == "DataReceived")];
}
