using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Load.Runs;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Servers;

/// <summary>What the raw floor sends.</summary>
/// <param name="TextBytes">Of the text before each attachment, so that a delivery is as long as the server's.</param>
internal sealed record RawFloorPlan(TrafficPlan Traffic, int TextBytes)
{
    /// <summary>How many members of a session send.</summary>
    public int Senders => Traffic.Pattern == Pattern.MasterToAll ? 1 : Traffic.Users;
}

/// <summary>
/// The least that a delivery costs on this machine: one send() to a socket of loopback, of as many bytes as the server writes for it. Nothing is read, nothing is batched, one thread
/// sends everything at the rate of the load. The first connection gives the orders, and the others are the members, session after session.
/// </summary>
internal static class RawFloorServer
{
    public static async Task Run(RawFloorPlan plan, CancellationToken cancellationToken)
    {
        var traffic = plan.Traffic;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen((traffic.Sessions * traffic.Users) + 1);
        Console.WriteLine($"listening on tcp://{listener.LocalEndPoint}");

        using var control = new NetworkStream(Accept(listener), ownsSocket: true);
        var sessions = Enumerable.Range(0, traffic.Sessions).Select(_ => Enumerable.Range(0, traffic.Users).Select(_ => Accept(listener)).ToArray()).ToArray();
        var senders = sessions.Select(s => Enumerable.Range(0, plan.Senders).Select(i => Sender(plan, s, i)).ToArray()).ToArray();
        using var orders = new StreamReader(control);
        while (await orders.ReadLineAsync(cancellationToken) is { } order)
        {
            var (from, until) = (Number(order.Split(' ')[0]), Number(order.Split(' ')[1]));
            var pacer = Pacer.Start(senders, traffic.SendsPerSecond, from, until, cancellationToken);
            await pacer.Done;
            await control.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{pacer.Sent} {pacer.LatestMilliseconds}\n")), cancellationToken);
        }
    }

    private static Socket Accept(Socket listener)
    {
        var socket = listener.Accept();
        socket.NoDelay = true;
        return socket;
    }

    private static RawSender Sender(RawFloorPlan plan, Socket[] members, int sender)
    {
        var receivers = plan.Traffic.Pattern == Pattern.Streams ? [.. members.Where((_, i) => i != sender)] : members;
        var text = Encoding.ASCII.GetBytes("451-[".PadRight(plan.TextBytes));
        return new RawSender(receivers, text, PacketStamp.Template(sender, plan.Traffic.Bytes, new Random(plan.Traffic.Seed)));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>One delivery after the other.</summary>
    private sealed class RawSender(Socket[] receivers, byte[] text, byte[] data) : IEventSender
    {
        private readonly byte[] _frames = [.. Frame.UnmaskedOf(Frame.Text, text), .. Frame.UnmaskedOf(Frame.Binary, data)];
        private int _number;

        public void Send(long time)
        {
            PacketStamp.Write(_frames.AsSpan(_frames.Length - data.Length), time, ++_number);
            foreach (var receiver in receivers)
            {
                receiver.Send(_frames);
            }
        }
    }
}
