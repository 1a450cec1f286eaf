using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>
/// A page in Chromium without a screen, driven by the DevTools protocol over the browser's standard streams: so it may run on a lab
/// host, which nobody outside can reach. Ends when disposed. Used by one thread.
/// </summary>
internal sealed class Browser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _profile = Directory.CreateTempSubdirectory("yado-browser-").FullName;
    private readonly Process _process;
    private readonly Dictionary<int, TaskCompletionSource<JsonElement>> _asked = [];
    private readonly string? _session;
    private int _last;

    /// <param name="around">A command that runs another one, with its variables: e.g. on a lab host.</param>
    public Browser(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> around)
        : this(null, environment, around)
    {
    }

    private Browser(string? authority, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> around)
    {
        Skip.IfNot(File.Exists("/usr/bin/chromium"), "chromium is not installed");
        if (authority is not null)
        {
            Believe(authority);
        }

        string[] command =
        [
            .. around, "/bin/sh", "-c",
            // A lab host has a home of its own.
            "export HOME=\"$1\"; exec /usr/bin/chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe --user-data-dir=\"$1\" about:blank 3<&0 4>&1 >/dev/null 2>&1",
            "sh", _profile,
        ];
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        new Thread(Read) { IsBackground = true }.Start();
        string target = Send("Target.createTarget", new() { ["url"] = "about:blank" }).GetProperty("targetId").GetString()!;
        _session = Send("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true }).GetProperty("sessionId").GetString();
        Send("Page.enable");
        Send("Runtime.enable");
        Resize(1280, 900);
    }

    /// <summary>One that believes an authority besides those of the machine.</summary>
    /// <param name="authority">File of its certificate, PEM.</param>
    public static Browser Believing(string authority, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> around) => new(authority, environment, around);

    /// <summary>Errors that no code of the page caught.</summary>
    public List<string> Uncaught { get; } = [];

    public void Resize(int width, int height) => Send("Emulation.setDeviceMetricsOverride",
        new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });

    /// <summary>Goes to an address and waits for its document.</summary>
    public void Open(string address)
    {
        Send("Page.navigate", new() { ["url"] = address });
        Until("document.readyState === 'complete'");
    }

    /// <summary>The value of an expression; a promise is waited for.</summary>
    public JsonElement Ask(string expression)
    {
        JsonElement answer = Send("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return answer.TryGetProperty("exceptionDetails", out JsonElement thrown)
            ? throw new InvalidOperationException($"{expression}: {thrown}")
            : answer.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    public string Text(string selector) => Ask($"document.querySelector({Quote(selector)})?.textContent ?? ''").GetString()!;

    /// <summary>Waits until an expression is true.</summary>
    public void Until(string expression) => Yadokari.LabTests.Until.Holds(() => IsTrue(expression), () => $"{expression}; the page: {Ask("document.body.innerText")}");

    public void Press(string key)
    {
        JsonObject down = new() { ["type"] = "keyDown", ["key"] = key };
        if (key.Length == 1)
        {
            down["text"] = key;
        }
        else
        {
            down["windowsVirtualKeyCode"] = key switch { "Enter" => 13, "Escape" => 27, "ArrowUp" => 38, "ArrowDown" => 40, "Tab" => 9, _ => 0 };
        }

        if (key == "Enter")
        {
            down["text"] = "\r";
        }

        Send("Input.dispatchKeyEvent", down);
        Send("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key });
    }

    public void Type(string text) => Send("Input.insertText", new() { ["text"] = text });

    public void Click(string element) => Ask($"{element}.click()");

    public void MouseDown(string element) => Mouse("mousePressed", Middle(element), 1);

    public void MouseTo(string element) => Mouse("mouseMoved", Middle(element), 1);

    public void MouseUp(string element) => Mouse("mouseReleased", Middle(element), 0);

    /// <summary>Presses on one element, goes to another one in steps, lets go.</summary>
    public void Drag(string from, string to)
    {
        MouseDown(from);
        MouseTo(from.Length > 0 ? to : from);
        MouseTo(to);
        MouseUp(to);
    }

    public void Picture(string file) =>
        File.WriteAllBytes(file, Convert.FromBase64String(Send("Page.captureScreenshot", new() { ["format"] = "png" }).GetProperty("data").GetString()!));

    public void Dispose()
    {
        try
        {
            Send("Browser.close");
        }
        catch (Exception gone) when (gone is IOException or TimeoutException or InvalidOperationException)
        {
            // It has ended.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        Yadokari.LabTests.Until.Holds(TryDelete, () => $"{_profile} to be left");
    }

    /// <summary>As docs/web.md tells people to do it: in a database of their home.</summary>
    private void Believe(string authority)
    {
        string database = Path.Combine(_profile, ".pki", "nssdb");
        Directory.CreateDirectory(database);
        string[][] calls = [["-N", "--empty-password"], ["-A", "-n", "yadokari", "-t", "C,,", "-i", authority]];
        foreach (string[] words in calls)
        {
            using Process certutil = Process.Start("/usr/bin/certutil", [.. words, "-d", $"sql:{database}"]);
            certutil.WaitForExit();
            if (certutil.ExitCode != 0)
            {
                throw new InvalidOperationException($"certutil {string.Join(' ', words)} ended with {certutil.ExitCode}");
            }
        }
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private bool IsTrue(string expression)
    {
        try
        {
            return Ask($"!!({expression})").ValueKind == JsonValueKind.True;
        }
        catch (InvalidOperationException)
        {
            // The document is being replaced.
            return false;
        }
    }

    private (double X, double Y) Middle(string element)
    {
        JsonElement box = Ask($"(e => {{ e.scrollIntoView({{block: 'nearest'}}); const b = e.getBoundingClientRect(); return [b.x + Math.min(60, b.width / 2), b.y + b.height / 2]; }})({element})");
        return (box[0].GetDouble(), box[1].GetDouble());
    }

    private void Mouse(string type, (double X, double Y) at, int buttons) => Send("Input.dispatchMouseEvent",
        new() { ["type"] = type, ["x"] = at.X, ["y"] = at.Y, ["button"] = "left", ["buttons"] = buttons, ["clickCount"] = 1 });

    private JsonElement Send(string method, JsonObject? parameters = null)
    {
        int id = Interlocked.Increment(ref _last);
        JsonObject message = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session is not null)
        {
            message["sessionId"] = _session;
        }

        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_asked)
        {
            _asked[id] = answer;
        }

        Stream input = _process.StandardInput.BaseStream;
        input.Write(Encoding.UTF8.GetBytes(message.ToJsonString() + '\0'));
        input.Flush();
        if (!answer.Task.Wait(Patience))
        {
            throw new TimeoutException($"the browser does not answer {method}");
        }

        return answer.Task.Result.TryGetProperty("error", out JsonElement error)
            ? throw new InvalidOperationException($"{method}: {error}")
            : answer.Task.Result.GetProperty("result");
    }

    /// <summary>Messages end with a zero byte.</summary>
    private void Read()
    {
        Stream output = _process.StandardOutput.BaseStream;
        byte[] piece = new byte[1 << 16];
        using MemoryStream message = new();
        int count;
        while ((count = output.Read(piece)) > 0)
        {
            foreach (byte b in piece.AsSpan(0, count))
            {
                if (b != 0)
                {
                    message.WriteByte(b);
                    continue;
                }

                Take(message.ToArray());
                message.SetLength(0);
            }
        }
    }

    private void Take(byte[] json)
    {
        JsonElement message = JsonSerializer.Deserialize<JsonElement>(json);
        if (message.TryGetProperty("id", out JsonElement id))
        {
            lock (_asked)
            {
                if (_asked.Remove(id.GetInt32(), out TaskCompletionSource<JsonElement>? waiting))
                {
                    waiting.SetResult(message);
                }
            }
        }
        else if (message.GetProperty("method").GetString() == "Runtime.exceptionThrown")
        {
            Uncaught.Add(message.GetProperty("params").ToString());
        }
    }

    private bool TryDelete()
    {
        try
        {
            Directory.Delete(_profile, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
