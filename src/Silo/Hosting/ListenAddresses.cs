using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Hosting;

/// <summary>The addresses of the command line.</summary>
internal static class ListenAddresses
{
    public static IReadOnlyList<string> In(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Refuses those that somebody has, before this process is anything to others: the server itself listens last.</summary>
    /// <exception cref="AddressUnavailableException">One is taken, or not this machine's.</exception>
    public static void DemandFree(string urls)
    {
        foreach (var url in In(urls))
        {
            try
            {
                if (EndPointOf(url) is { } endPoint)
                {
                    Try(endPoint);
                }
            }
            catch (Exception e) when (e is SocketException or FormatException or InvalidOperationException or ArgumentException)
            {
                throw new AddressUnavailableException($"Cannot listen on {urls}: {e.Message}", e);
            }
        }
    }

    /// <summary>Binds a port for a moment, alone, and says which one it was.</summary>
    public static int Try(IPEndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endPoint);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>As the server reads it; null for what is no port of an address.</summary>
    private static IPEndPoint? EndPointOf(string url)
    {
        var address = BindingAddress.Parse(url);
        if (address.IsUnixPipe || address.IsNamedPipe)
        {
            return null;
        }

        var host = string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(address.Host, out var named) ? named
            : IPAddress.Any;
        return new IPEndPoint(host, address.Port);
    }
}
