"""What other tools answer to the faults of the corpus.

    python tests/ui/make/peers.py brian2  > brian2.tsv     (with Brian2 installed)
    python tests/ui/make/peers.py nestml  > nestml.tsv     (with NESTML installed)
    python tests/ui/make/peers.py sanafe  > sanafe.tsv     (with SANA-FE installed)
    python tests/ui/make/peers.py table brian2.tsv nestml.tsv sanafe.tsv > spec/diagnostics.md

Every row is a correct program of the tool with the same mistake as a case of tests/ui: a list of
replacements of the programs below. Programs are run for real; the first line of what the tool says is
kept, cut to 150 letters. Our answer is taken from the snapshots of the corpus.
"""

import contextlib
import io
import re
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

BRIAN2 = """
tau = 10*ms; E_L = -70*mV; V_th = -50*mV; V_r = -70*mV; R = 10*Mohm; sigma = 1*mV
eqs = '''
dv/dt = (E_L - v + R*I)/tau : volt (unless refractory)
I : amp
'''
G = NeuronGroup(10, eqs, threshold='v > V_th', reset='v = V_r', refractory=2*ms, method='exact')
G.v = E_L
S = Synapses(G, G, on_pre='v += 1*mV')
S.connect(p=0.1)
S.delay = 1.5*ms
M = SpikeMonitor(G)
defaultclock.dt = 0.1*ms
run(2*ms)
"""

NESTML = """model lif_neuron:
    state:
        V_m mV = E_L

    equations:
        V_m' = (E_L - V_m + R_m * I_stim) / tau

    parameters:
        E_L mV = -70 mV
        V_th mV = -50 mV
        V_r mV = -70 mV
        R_m MOhm = 10 MOhm
        tau ms = 10 ms

    input:
        I_stim pA <- continuous

    output:
        spike

    update:
        integrate_odes()

    onCondition(V_m >= V_th):
        V_m = V_r
        emit_spike()
"""

# Row: case of tests/ui, what is wrong, replacements for Brian2, NESTML and SANA-FE (none: cannot be written
# there). SANA-FE's programs are the two files of its own example.
EQ = "dv/dt = (E_L - v + R*I)/tau : volt (unless refractory)"
NEQ = "V_m' = (E_L - V_m + R_m * I_stim) / tau"
ROWS = [
    ("units/threshold_unit", "a threshold in ms", [("v > V_th", "v > 3*ms")], [("V_m >= V_th", "V_m >= 3 ms")], None),
    ("units/current_and_voltage", "a current added to a voltage", [("R*I", "I")], [("R_m * I_stim", "I_stim")], None),
    ("units/exp_of_voltage", "exp of a voltage", [("R*I", "mV*exp(v)")], [("R_m * I_stim", "1 mV * exp(V_m)")], None),
    ("units/time_constant_forgotten", "the time constant is forgotten", [(EQ, "dv/dt = E_L - v : volt")], [(NEQ, "V_m' = E_L - V_m")], None),
    ("units/capacitance_forgotten", "the capacitance is forgotten", [(EQ, "dv/dt = (E_L - v)*10*nS : volt")], [(NEQ, "V_m' = (E_L - V_m) * 10 nS")], None),
    ("units/current_and_conductance", "a conductance added to a current", [(EQ, "dv/dt = (10*nS*(E_L - v) + g)/(200*pF) : volt\ng : siemens")], [(NEQ, "V_m' = (10 nS * (E_L - V_m) + 2 nS) / 200 pF")], None),
    ("units/parameter_without_unit", "a time constant without its unit", [("tau = 10*ms", "tau = 0.02")], [("tau ms = 10 ms", "tau ms = 0.02")], None),
    ("units/reset_without_unit", "a reset value without its unit", [("v = V_r", "v = -70")], [("V_m = V_r", "V_m = -70")], None),
    ("units/reset_adds_other_unit", "a current added to a voltage in the reset", [("v = V_r", "v += 60*pA")], [("V_m = V_r", "V_m += 60 pA")], None),
    ("units/refractory_without_unit", "a refractory time without its unit", [("refractory=2*ms", "refractory=2")], None, None),
    ("units/log_of_time", "log of a time", [("R*I", "mV*log(tau)")], [("R_m * I_stim", "1 mV * ln(tau)")], None),
    ("units/branch_without_unit", "one branch without its unit", None, [("R_m * I_stim", "(V_m > -60 mV ? 20 mV : 0)")], None),
    ("units/clip_without_unit", "an argument without its unit", [("R*I", "clip(v, 0*mV, 10)")], [("R_m * I_stim", "min(V_m, 10)")], None),
    ("units/msec", "a misspelt unit", [("tau = 10*ms", "tau = 10*msec")], [("tau ms = 10 ms", "tau msec = 10 ms")], None),
    ("units/letter_case", "a unit in the wrong letter case", [("10*Mohm", "10*MOHM")], [("R_m MOhm", "R_m Mohm")], None),
    ("units/condition_is_a_number", "a voltage as condition", [("threshold='v > V_th'", "threshold='v'")], [("V_m >= V_th", "V_m")], None),
    ("units/function_argument", "a time where a function takes a voltage", [("R*I", "exp(tau/E_L)*mV")], [("R_m * I_stim", "exp(tau / E_L) * 1 mV")], None),
    ("units/delay_without_unit", "a delay without its unit", [("S.delay = 1.5*ms", "S.delay = 1.5")], None, None),
    ("units/dt_without_unit", "a time step without its unit", [("dt = 0.1*ms", "dt = 0.1")], None, None),
    ("units/weight_unit", "a weight of another unit", [("v += 1*mV", "v += 1*pA")], None, None),
    ("units/injected_voltage", "a voltage injected as a current", [("G.v = E_L", "G.v = E_L; G.I = 5*mV")], None, None),
    ("neuron/time_constant_fact", "R C and tau that contradict each other", [("tau = 10*ms", "tau = 1000*ms; C = 100*pF")], [("tau ms = 10 ms", "tau ms = 1000 ms\n        C_m pF = 100 pF")], None),
    ("network/negative_time_constant", "a negative time constant", [("tau = 10*ms", "tau = -10*ms")], [("tau ms = 10 ms", "tau ms = -10 ms")], None),
    ("neuron/threshold_without_reset", "a threshold without a reset", [(", reset='v = V_r', refractory=2*ms", ""), (" (unless refractory)", "")], [("        V_m = V_r\n", "")], None),
    ("neuron/unstable_euler", "Euler with a step of five time constants", [("method='exact'", "method='euler'"), ("tau = 10*ms", "tau = 0.02*ms"), ("run(2*ms)", "run(200*ms)"), ("G.v = E_L", "G.v = 0*mV"), ("v > V_th", "rand() < 0")], None, None),
    ("neuron/reset_above_threshold", "a reset above the threshold", [("V_r = -70*mV", "V_r = -45*mV")], [("V_r mV = -70 mV", "V_r mV = -45 mV")], None),
    ("neuron/unused_parameter", "a parameter that nothing uses", [("R = 10*Mohm", "R = 10*Mohm; g_L = 10*nS")], [("tau ms = 10 ms", "tau ms = 10 ms\n        g_L nS = 10 nS")], None),
    ("neuron/name_misspelt", "a misspelt name", [("/tau", "/tua")], [("/ tau", "/ tua")], None),
    ("neuron/two_equations", "two equations of one state", [("I : amp", "I : amp\ndv/dt = 1*mV/ms : volt")], [(NEQ, NEQ + "\n        V_m' = 1 mV/ms")], None),
    ("neuron/equation_of_parameter", "an equation of a parameter", None, [(NEQ, NEQ + "\n        R_m' = -R_m / tau")], None),
    ("neuron/parameter_assigned", "a parameter changed at the reset", [("reset='v = V_r'", "reset='v = V_r; V_th += 1*mV'")], [("        V_m = V_r", "        V_m = V_r\n        V_th += 1 mV")], None),
    ("neuron/name_declared_twice", "a name declared twice", [("I : amp", "I : amp\nI : volt")], [("tau ms = 10 ms", "tau ms = 10 ms\n        R_m mV = 1 mV")], None),
    ("neuron/natural_logarithm", "an unknown function", [("R*I", "mV*heaviside(v)")], [("R_m * I_stim", "1 mV * heaviside(V_m)")], None),
    ("neuron/minimum_of_three", "three arguments where two belong", [("R*I", "clip(v, E_L)")], [("R_m * I_stim", "min(V_m, E_L, V_r)")], None),
    ("neuron/circle_of_lets", "definitions in a circle", [("I : amp", "I : amp\na = b/2 : 1\nb = a*3 : 1")], [(NEQ, "inline a real = b / 2\n        inline b real = a * 3\n        " + NEQ)], None),
    ("neuron/vanishing_denominator", "a denominator that vanishes", [("R*I", "mV*((v+40*mV)/(10*mV))/(1-exp(-(v+40*mV)/(10*mV)))"), ("method='exact'", "method='exponential_euler'")], [("R_m * I_stim", "1 mV * ((V_m + 40 mV) / 10 mV) / (1 - exp(-(V_m + 40 mV) / 10 mV))")], None),
    ("neuron/not_linear", "an exact solution of a nonlinear equation", [("R*I", "v**2/mV")], None, None),
    ("neuron/unknown_method", "an unknown method", [("method='exact'", "method='heun3'")], None, None),
    ("neuron/random_equation", "a random number in an equation", [("R*I", "mV*rand()")], [("R_m * I_stim", "random_normal(0 mV, 1 mV)")], None),
    ("neuron/constant_of_nothing", "a division by zero in a constant", [("tau = 10*ms", "tau = 10*ms/0")], [("tau ms = 10 ms", "tau ms = 10 ms / 0")], None),
    ("syntax/chained_comparison", "a chained comparison", [("v > V_th", "V_th < v < 0*mV")], [("V_m >= V_th", "V_th < V_m < 0 mV")], None),
    ("syntax/one_equals_sign", "`=` as a comparison", [("v > V_th", "v = V_th")], [("V_m >= V_th", "V_m = V_th")], None),
    ("syntax/parenthesis_forgotten", "a missing parenthesis", [("+ R*I)/tau", "+ R*I/tau")], [("R_m * I_stim) / tau", "R_m * I_stim / tau")], None),
    ("syntax/operator_begins_line", "a line that begins with an operator", [("(E_L - v + R*I)/tau : volt", "(E_L - v)/tau\n + R*I/tau : volt")], [(NEQ, "V_m' = (E_L - V_m) / tau\n          + R_m * I_stim / tau")], None),
    ("syntax/misspelt_param", "a misspelt word of the language", [("threshold='v", "treshold='v")], [("    update:", "    updat:")], [("threshold: 2", "treshold: 2")]),
    ("syntax/four_faults", "several faults at once", [("/tau", "/tua"), ("v > V_th", "v > 3*ms"), ("v = V_r", "v = V_rr")], [("/ tau", "/ tua"), ("V_m >= V_th", "V_m >= 3 ms"), ("V_m = V_r", "V_m = V_rr")], None),
    ("network/delay_too_short", "a delay below one time step", [("S.delay = 1.5*ms", "S.delay = 0.01*ms")], None, None),
    ("network/delay_off_grid", "a delay between two time steps", [("S.delay = 1.5*ms", "S.delay = 1.57*ms")], None, None),
    ("network/delay_negative", "a negative delay", [("S.delay = 1.5*ms", "S.delay = -1.5*ms")], None, None),
    ("network/last_index", "an index past the end", [("S.connect(p=0.1)", "S.connect(i=10, j=0)")], None, [("out.1 -> out.1", "out.2 -> out.1")]),
    ("network/probability_in_percent", "a probability of 10", [("p=0.1", "p=10")], None, None),
    ("network/unknown_population", "an unknown population", [("Synapses(G, G,", "Synapses(J, G,")], None, [("out.1 -> out.1", "uot.1 -> out.1")]),
    ("network/argument_of_nest", "an unknown parameter", [("G.v = E_L", "G.v = E_L; G.tau_m = 5*ms")], None, [("threshold: 2", "tau_m: 2")]),
    ("network/half_a_neuron", "half a neuron", [("NeuronGroup(10,", "NeuronGroup(12.5,")], None, None),
    ("network/never_fires", "a population that can never fire", [("R*I", "0*mV")], None, None),
    ("network/shapes_differ", "weights of another shape", None, None, [("weight: [-1, 2, 1, 3]", "weight: [-1, 2, 1]")]),
    ("chip/unknown_limit", "a misspelt limit of a core", None, None, [("max_neurons_supported", "max_neuron_supported")]),
    ("chip/mesh_of_none", "a mesh without columns", None, None, [("width: 2", "width: 0")]),
    ("chip/place_outside", "a core outside the mesh", None, None, [("out: [core: 0.0]", "out: [core: 2.0]")]),
    ("chip/unknown_arithmetic", "an unknown word", None, None, [("model: leaky_integrate_fire", "model: leaky_integrate_fre")]),
    ("chip/half_a_neuron", "half a neuron per core", None, None, [("max_neurons_supported: 100", "max_neurons_supported: 100.5")]),
    ("chip/no_core", "a chip without cores", None, None, [("      core:\n", "      coer:\n")]),
]


def changed(program, replacements):
    for old, new in replacements:
        assert old in program, f"{old!r} is not in the program"
        program = program.replace(old, new)
    return program


def brian2(replacements):
    import brian2 as b

    b.prefs.codegen.target = "numpy"
    b.start_scope()
    names = {n: getattr(b, n) for n in dir(b) if not n.startswith("_")}
    try:
        exec(changed(BRIAN2, replacements), names)
        answer = "accepted"
    except BaseException as error:
        while error.__cause__ is not None:
            error = error.__cause__
        answer = f"{type(error).__name__}: {error}"
    return answer


def nestml(replacements):
    from pynestml.frontend.pynestml_frontend import generate_target

    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "lif_neuron.nestml"
        model.write_text(changed(NESTML, replacements))
        heard = io.StringIO()
        failed = ""
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            try:
                generate_target(str(model), target_platform="NONE", target_path=folder, logging_level="INFO")
            except BaseException as error:
                failed = f"{type(error).__name__}: {error}"
    lines = heard.getvalue().splitlines()
    for level in ("ERROR", "WARNING"):
        found = [m.group(1) for line in lines if (m := re.search(rf"{level}.*?\]: (.*)", line))]
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return f"{level.lower()}: {found[0]}{more}"
    syntax = [line for line in lines if re.match(r"line \d+:\d+", line)]
    if syntax or failed:
        return syntax[0] if syntax else failed
    hints = [m.group(1) for line in lines if (m := re.search(r"INFO.*?\]: (.*implicit.*|.*[Ii]nconsistent.*)", line))]
    return f"accepted; info: {hints[0]}" if hints else "accepted"


def sanafe(replacements):
    import sanafe as s
    from importlib.resources import files

    base = files("sanafe.examples")
    chip, net = (base / f"example_{n}.yaml" for n in ("chip", "snn"))
    texts = {"chip": chip.read_text(), "net": net.read_text()}
    for old, new in replacements:
        where = [k for k, text in texts.items() if old in text]
        assert where, f"{old!r} is in neither file"
        texts[where[0]] = texts[where[0]].replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        for kind, text in texts.items():
            (Path(folder) / f"{kind}.yaml").write_text(text)
        try:
            arch = s.load_arch(str(Path(folder) / "chip.yaml"))
            network = s.load_net(str(Path(folder) / "net.yaml"), arch)
            board = s.SpikingChip(arch)
            board.load(network)
            board.sim(10)
            return "accepted"
        except BaseException as error:
            return f"{type(error).__name__}: {error}".replace(folder, "…")


TOOLS = {"brian2": (2, brian2), "nestml": (3, nestml), "sanafe": (4, sanafe)}


def isolated(tool, index):
    """Runs one row in a process of its own: a tool that aborts must not take the others along."""
    import subprocess

    command = [sys.executable, __file__, tool, str(index)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    answer = [line for line in done.stdout.splitlines() if line.startswith("answer\t")]
    if not answer:
        return f"the process ends with code {done.returncode}"
    answer = answer[-1].split("\t", 1)[1]
    # Brian2 warns on the error stream; the last warning is that of its own checks.
    warned = re.findall(r"^WARNING +(.*)", done.stderr, re.M)
    return one_line(f"warning: {warned[-1]}") if warned and answer == "accepted" else answer


def one_line(text):
    text = re.sub(r"0x[0-9a-f]+", "0x…", " ".join(text.split())).replace("|", "\\|")
    return text if len(text) <= 150 else text[:149].rstrip() + "…"


def ours():
    """The first message of each case, from the snapshots."""
    ui = Path(__file__).resolve().parents[1]
    found = {}
    for snapshot in ui.glob("*.snap"):
        name = snapshot.stem
        for line in snapshot.read_text().splitlines():
            if line.startswith("======== "):
                name = line.strip("= ")
            elif line.startswith("["):
                found.setdefault(name, []).append(line)
    return found


def table(paths):
    answers = {}
    for path in paths:
        for line in Path(path).read_text().splitlines():
            tool, row, answer = line.split("\t")
            answers[tool, row] = answer
    messages = ours()
    cell = lambda tool, row: answers.get((tool, row), "—")
    titles = [answers.get((tool, "version"), tool) for tool in TOOLS]
    print(HEAD.strip().replace("@VERSIONS", ", ".join(titles)) + "\n")
    print(f"| mistake | we | {' | '.join(titles)} |\n|---|---|---|---|---|")
    for row, what, *_ in ROWS:
        lines = messages[row]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        us = one_line(lines[0]) + more
        print(f"| {what} (`{row}`) | {us} | {' | '.join(cell(t, row) for t in TOOLS)} |")


HEAD = """
# What others say

The same mistakes in @VERSIONS, run for real. Our programs are the files of `tests/ui` named in the first
column, our answers the first line of the message (with label, place and help in the snapshots beside them). Answers of the
others are cut to one line; "accepted" means that nothing was said up to the end of a short run, "—" that the tool has no way
to write it. `tests/ui/make/peers.py` made this page.
"""


def main():
    tool, *rest = sys.argv[1:]
    if tool == "table":
        return table(rest)
    warnings.simplefilter("ignore")
    column, run = TOOLS[tool]
    if rest:
        return print("answer\t" + one_line(run(ROWS[int(rest[0])][column])))
    name = {"brian2": "Brian2", "nestml": "NESTML", "sanafe": "SANA-FE"}[tool]
    print(f"{tool}\tversion\t{name} {version(tool)}")
    for index, row in enumerate(ROWS):
        if row[column] is not None:
            print(f"{tool}\t{row[0]}\t{isolated(tool, index)}", flush=True)


main()
