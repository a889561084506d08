using Orchestrator.Testing;

// Says where it listens, and runs until its input ends.
await using var server = await EchoServer.Start(static limits =>
{
    limits.HeartbeatSeconds = 0.5;
    limits.HeartbeatTimeoutSeconds = 5;
});
Console.WriteLine(server.Address);
while (await Console.In.ReadLineAsync() is not null)
{
    // Nothing is said to it.
}
