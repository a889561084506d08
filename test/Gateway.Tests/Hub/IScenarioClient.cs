using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>A client as the scenarios see it, whatever its wire. Commands and parameters have the names of the VRTogether API, version 2.</summary>
public interface IScenarioClient : IAsyncDisposable
{
    /// <summary>
    /// What this client has heard, events and answers, in the order that its wire gives it: that of arrival, or on a wire that numbers them, that of
    /// their numbers.
    /// </summary>
    IReadOnlyList<Heard> Heard { get; }

    /// <summary>Gives a command. Commands leave in the order of the calls.</summary>
    Task<Answered> Call(string command, object? parameters = null);

    /// <summary>Ends the connection without a word.</summary>
    void Cut();
}

/// <summary>What a wire needs so that the scenarios can run over it.</summary>
public interface IScenarioWire
{
    /// <summary>What it has that others have not.</summary>
    WireFeatures Features { get; }

    Task<IScenarioClient> Connect();

    /// <summary>Creates an account.</summary>
    Task Register(string userName, string userPassword);
}

/// <summary>What not every wire has. A scenario that is about one of these is skipped on the others, and says so; the rest of it runs everywhere.</summary>
[Flags]
public enum WireFeatures
{
    None = 0,

    /// <summary>A lost connection keeps its seat, and its client may come back.</summary>
    KeepsSeats = 1,

    /// <summary>The commands that are ours and not VRTogether's: time stamps, removal of scenarios, and pause, resume, seek and rate of their clock.</summary>
    OwnCommands = 2,

    /// <summary>Packets carry their numbers.</summary>
    NumbersPackets = 4,

    /// <summary>Packets carry the description of their stream.</summary>
    DescribesPackets = 8,

    /// <summary>SessionClosed says why.</summary>
    TellsWhyClosed = 16,

    /// <summary>A session's scenarioId is what its creator gave; else it is the instance.</summary>
    NamesScenarios = 32,
}

/// <summary>The answer to a command.</summary>
public sealed record Answered(int Error, string Message, JsonElement Body)
{
    public Answered Ok() => Error == 0 ? this : throw new InvalidOperationException($"Refused: {Error} {Message}");
}

/// <summary>An event, or the answer to a command.</summary>
/// <param name="What">The event's name (for a SessionUpdated its eventId), or the command's.</param>
/// <param name="Data">Without what only one wire adds.</param>
public sealed record Heard(string What, JsonElement Data, bool IsAnswer)
{
    public override string ToString() => $"{(IsAnswer ? "answer to " : "")}{What} {Data}";
}

/// <summary>The commands by name, and what tests look for.</summary>
public static class ScenarioCommands
{
    public static async Task<string> Login(this IScenarioClient client, string userName, string? userPassword = null)
    {
        var login = await client.Call("Login", userPassword is null ? new { userName } : new { userName, userPassword });
        return login.Ok().Body.Text("userId");
    }

    public static Task<Answered> AddUser(this IScenarioClient client, string userName) =>
        client.Call("AddUser", new { userName, userPassword = Names.Password });

    public static Task<Answered> Logout(this IScenarioClient client) => client.Call("Logout");

    public static Task<Answered> AddSession(this IScenarioClient client, string sessionName, bool canBeMaster = true) => client.Call(
        "AddSession",
        new
        {
            sessionName,
            sessionDescription = "for a test",
            sessionProtocol = "socketio",
            scenarioDefinition = new { scenarioId = "chess", scenarioName = "Chess", scenarioDescription = "A table for two" },
            canBeMaster,
        });

    public static Task<Answered> GetSessions(this IScenarioClient client) => client.Call("GetSessions");

    public static Task<Answered> GetSessionInfo(this IScenarioClient client) => client.Call("GetSessionInfo");

    public static Task<Answered> JoinSession(this IScenarioClient client, string sessionId, bool canBeMaster = true) =>
        client.Call("JoinSession", new { sessionId, canBeMaster });

    public static Task<Answered> LeaveSession(this IScenarioClient client) => client.Call("LeaveSession");

    public static Task<Answered> DeleteSession(this IScenarioClient client, string sessionId) => client.Call("DeleteSession", new { sessionId });

    public static Task<Answered> SendMessageToAll(this IScenarioClient client, object message) => client.Call("SendMessageToAll", new { message });

    public static Task<Answered> SendMessage(this IScenarioClient client, string userId, object message) =>
        client.Call("SendMessage", new { userId, message });

    public static Task<Answered> SendSceneEventToMaster(this IScenarioClient client, object @event) =>
        client.Call("SendSceneEventToMaster", new { @event });

    public static Task<Answered> SendSceneEventToUser(this IScenarioClient client, string userId, object @event) =>
        client.Call("SendSceneEventToUser", new { userId, @event });

    public static Task<Answered> SendSceneEventToAllUsers(this IScenarioClient client, object @event) =>
        client.Call("SendSceneEventToAllUsers", new { @event });

    public static Task<Answered> SendSceneEventToUserDirect(this IScenarioClient client, string userId, object @event) =>
        client.Call("SendSceneEventToUserDirect", new { userId, @event });

    public static Task<Answered> SendSceneEventToAllUsersDirect(this IScenarioClient client, object @event) =>
        client.Call("SendSceneEventToAllUsersDirect", new { @event });

    public static IReadOnlyList<Heard> Events(this IScenarioClient client) => [.. client.Heard.Where(h => !h.IsAnswer)];

    public static IReadOnlyList<Heard> Events(this IScenarioClient client, string what) => [.. client.Events().Where(h => h.What == what)];

    /// <summary>Waits for an event; one that came already counts.</summary>
    public static async Task<Heard> WaitFor(this IScenarioClient client, string what, Func<JsonElement, bool>? wanted = null)
    {
        Heard? found = null;
        await Eventually(() =>
        {
            found = client.Events(what).FirstOrDefault(h => wanted?.Invoke(h.Data) ?? true);
            return found is not null ? null : $"no {what} among: {string.Join(" | ", client.Heard.TakeLast(10))}";
        });
        return found!;
    }

    /// <summary>The reason of a SessionClosed; null when it says none.</summary>
    public static string? WhyClosed(this Heard closed) => closed.Data.TryGetProperty("reason", out var reason) ? reason.GetString() : null;

    /// <summary>Waits for an event about a user.</summary>
    public static Task<Heard> WaitForUser(this IScenarioClient client, string what, string? userId) =>
        client.WaitFor(what, d => d.GetProperty("eventData").GetProperty("userId").GetString() == userId);

    /// <summary>
    /// Waits until everything that its session has published so far has reached the client: it sends a message to itself, and events come in order.
    /// </summary>
    public static async Task CatchUp(this IScenarioClient client, string userId, string mark)
    {
        (await client.SendMessage(userId, mark)).Ok();
        await client.WaitFor("MessageSent", d => d.GetProperty("message").ToString() == mark);
    }
}
