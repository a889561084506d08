namespace Orchestrator.Tests;

/// <summary>The commands about data streams by name, and what tests look for.</summary>
public static class DataStreamCalls
{
    public static Task<Answered> Declare(this Person person, string kind, string? description = null) =>
        person.Client.Call("DeclareDataStream", description is null ? new { kind } : new { kind, description });

    public static Task<Answered> Remove(this Person person, string kind) => person.Client.Call("RemoveDataStream", new { kind });

    public static Task<Answered> Available(this Person person, string dataStreamUserId) => person.Client.Call("GetAvailableDataStreams", new { dataStreamUserId });

    public static Task<Answered> Register(this Person person, string userId, string kind) => person.Client.Call("RegisterForDataStream", new { userId, kind });

    public static Task<Answered> Unregister(this Person person, string userId, string kind) => person.Client.Call("UnregisterFromDataStream", new { userId, kind });

    public static Task<Answered> SendData(this Person person, string kind, object data) => person.Client.Call("SendData", new { kind, data });

    public static Task<Answered> PushAudio(this Person person, object audioData) => person.Client.Call("PushAudio", new { audioData });

    public static string[] Keys(this Answered answered, string property) => [.. answered.Ok().Body.GetProperty(property).EnumerateObject().Select(p => p.Name)];

    public static string[] Keys(this Answered answered) => [.. answered.Ok().Body.EnumerateObject().Select(p => p.Name)];

    /// <summary>What came of packets, as texts.</summary>
    public static string[] Packets(this Person person) => [.. person.Client.Events("DataReceived").Select(e => e.Data.Text("data"))];

    public static Task<Heard> WaitForPacket(this Person person, string data) => person.Client.WaitFor("DataReceived", d => d.Text("data") == data);
}
