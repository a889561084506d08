using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Delivery;

namespace Orchestrator.Tests;

/// <summary>Packets never cross a session, and end with the registration: after the answer nothing comes that was before it.</summary>
public sealed class FenceTests(SharedServer shared) : ServerTest(shared)
{
    private const int Rounds = 40;

    [Fact]
    public async Task Nothing_of_a_session_comes_after_its_leave_is_answered_whatever_is_sent_there()
    {
        var (here, there) = (await LogIn("Here"), await LogIn("There"));
        var (first, second) = (await here.AddSession("first"), await there.AddSession("second"));
        var ben = await LogIn("Ben");
        using var enough = new CancellationTokenSource();
        var sending = new[] { Fire(here, "a", enough.Token), Fire(here, "b", enough.Token), Fire(there, "a", enough.Token), Fire(there, "b", enough.Token) };
        for (var round = 0; round < Rounds; round++)
        {
            var (session, owner) = round % 2 == 0 ? (first, here) : (second, there);
            await ben.Join(session);
            var before = ben.Client.EventCount;
            Task<HubReply>[] registering = [.. new[] { "a", "b" }.Select(kind => ben.Invoke("RegisterForDataStream", new { userId = owner.UserId, kind }))];
            if (round % 4 < 2)
            {
                // Otherwise the leave is on its way before they are answered.
                await Task.WhenAll(registering);
                await Eventually(() => Packets(ben, before).Any() ? null : "nothing comes");
            }

            var leave = (await ben.Invoke("LeaveSession")).Ok();
            (await Task.WhenAll(registering)).ShouldAllBe(r => r.Error == 0 || r.Error == 9001);
            await ben.Invoke("GetSessions");
            ben.Client.Events.Where(e => e.Name == "DataReceived" && e.Order > leave.Order).ShouldBeEmpty($"round {round}");
            Packets(ben, before).ShouldAllBe(e => e.Data.Text("userId") == owner.UserId);
        }

        await enough.CancelAsync();
        await Task.WhenAll(sending);
    }

    [Fact]
    public async Task Nothing_of_a_stream_comes_after_its_unregistration_is_answered()
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        await ben.Join(await ann.AddSession());
        using var enough = new CancellationTokenSource();
        var sending = new[] { Fire(ann, "a", enough.Token), Fire(ann, "b", enough.Token) };
        var stream = new { userId = ann.UserId, kind = "a" };
        for (var round = 0; round < Rounds; round++)
        {
            var before = ben.Client.EventCount;
            (await ben.Invoke("RegisterForDataStream", stream)).Ok();
            await Eventually(() => Packets(ben, before).Any() ? null : "nothing comes");
            var ended = (await (round % 2 == 0 ? ben.Invoke("UnregisterFromDataStream", stream) : ben.Invoke("UnregisterFromAllDataStreams"))).Ok();
            await ben.Invoke("GetSessions");
            ben.Client.Events.Where(e => e.Name == "DataReceived" && e.Order > ended.Order).ShouldBeEmpty($"round {round}");
        }

        await enough.CancelAsync();
        await Task.WhenAll(sending);
    }

    [Fact]
    public async Task Whoever_comes_and_goes_leaves_no_seat_at_any_stream()
    {
        // The links are those of the whole process, so it is one of its own.
        await using var server = await HubServer.Start();
        var relay = server.Services.GetRequiredService<Relay>();
        await using var observer = await server.Connect();
        var ann = await Guest.LogIn(observer, "Ann");
        var session = await ann.AddSession();
        var links = relay.Links;
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            await using var client = await server.Connect();
            var ben = await Guest.LogIn(client, "Ben");
            await ben.Join(session);
            foreach (var _ in Enumerable.Range(0, 6))
            {
                var stream = new { userId = ann.UserId, kind = $"seat {random.Next(3)}" };
                var call = ben.Invoke(random.Next(2) == 0 ? "RegisterForDataStream" : "UnregisterFromDataStream", stream);
                await (random.Next(2) == 0 ? call : Task.CompletedTask);
            }

            switch (random.Next(3))
            {
                case 0:
                    ben.Client.Cut();
                    break;
                case 1:
                    (await ben.Invoke("Logout")).Ok();
                    break;
                default:
                    (await ben.Invoke("LeaveSession")).Ok();
                    break;
            }
        }

        await Eventually(() => relay.Links > links ? $"{relay.Links} sources are subscribed to, before there were {links}" : null);
    }

    private static IEnumerable<HubEvent> Packets(Guest guest, int after) => guest.Client.Events.Skip(after).Where(e => e.Name == "DataReceived");

    /// <summary>Sends as fast as it is answered.</summary>
    private static async Task Fire(Guest guest, string kind, CancellationToken enough)
    {
        for (var i = 1; !enough.IsCancellationRequested; i++)
        {
            (await guest.Invoke("SendData", new { kind, data = JsonSerializer.SerializeToElement($"{kind} {i}") })).Ok();
        }
    }
}
