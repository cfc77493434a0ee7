#!/usr/bin/env python3
"""Records what CPython's argparse makes of random definitions and command lines.

    python3.13 argparse_vectors.py record OUT.json SEED COUNT [LINES] [--module argparse.py]

writes COUNT random definitions, each with LINES (8) random command lines, help and usage, and what came of them. The version in
`meta.argparse` is that of the module: another argparse.py, of a newer Python, is taken with --module (its _colorize.py beside it).
The format is told in `doc`. The same seed gives the same file.
"""
import contextlib
import importlib.util
import inspect
import io
import json
import math
import os
import random
import shutil
import sys
import tempfile
import types
import warnings

DOC = """
file    {meta, doc, cases: [{name, ops, vectors, files?}]}
op      [kind, on, id, args, kwargs]: call the method on the object named on, name the result id. new ArgumentParser, arg
        add_argument, group add_argument_group, mutex add_mutually_exclusive_group, subparsers add_subparsers, parser add_parser,
        set_defaults
vector  {m, on?, n?, argv?, namespace?, env?, op?} and what came of it: ns, extras?, err? | exit, out?, err? | raises, msg | text.
        m is a method of the parser (object 0, or on), or the kind of a call that is refused after the first n ops (op is
        [on, null, args, kwargs]). crash: argparse itself failed where it should not; anything will do
value   JSON, and {"$": kind}: SUPPRESS, tuple {v}, range {v: [start, stop, step]}, py {v: a type's name}, class {v: a class of
        argparse}, complex {v: [real, imag], floats}, float {v: inf, -inf, nan}, bytes {hex} (text that is not UTF-8), ns {v}, ref {v: id}
files   [{name, text}]: what lies in the current folder
run     the program is prog.py, the environment is meta.env and NO_COLOR=1, over it the vector's env (null: unset)
"""

ENV = {'COLUMNS': '80', 'LINES': '24'}
LINE_WORDS = ['file', '-x', '--foo', 'a b', '', '--', '3', '-1', '@more.txt', 'red']
NAMES = ['alpha', 'be-ta', 'gamma', 'gam', 'delta-one', 'delta-two', 'e', 'zeta', 'out', 'n', 'v']
POSITIONALS = ['src', 'dst', 'it-em', 'rest', 'k']
PROSE = ('Reads the input-file and writes it again, well-formed -- or says why not: e.g. "--strict" (see RFC-2119). '
         'Quotes, 100%% of them; caf\u00e9, \u4e2d\u6587, na\u00efve. averyveryverylongwordthatcannotbebrokenanywhereatall '
         'x-y-z a--b 3-4 e-mail').split(' ')


def tagged(kind, value=None):
    return {'$': kind} if value is None else {'$': kind, 'v': value}


def encode(value):
    if isinstance(value, str):
        if value == '==SUPPRESS==':
            return tagged('SUPPRESS')
        try:
            value.encode()
        except UnicodeEncodeError:
            return {'$': 'bytes', 'hex': os.fsencode(value).hex()}
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return tagged('float', repr(value))
    if isinstance(value, complex):
        return tagged('complex', [encode(value.real), encode(value.imag)])
    if isinstance(value, tuple):
        return tagged('tuple', [encode(item) for item in value])
    if isinstance(value, list):
        return [encode(item) for item in value]
    assert value is None or isinstance(value, (bool, int, float)), value
    return value


class Runner:
    def __init__(self, module):
        self.module = module

    def decode(self, value, objects):
        if isinstance(value, list):
            return [self.decode(item, objects) for item in value]
        if not isinstance(value, dict):
            return value
        kind, inner = value['$'], value.get('v')
        if kind == 'SUPPRESS':
            return self.module.SUPPRESS
        if kind == 'tuple':
            return tuple(self.decode(item, objects) for item in inner)
        if kind == 'bytes':
            return os.fsdecode(bytes.fromhex(value['hex']))
        return {
            'range': lambda: range(*inner),
            'complex': lambda: complex(*self.decode(inner, objects)),
            'float': lambda: float(inner),
            'py': lambda: {'int': int, 'float': float, 'complex': complex, 'str': str, 'bool': bool}[inner],
            'class': lambda: getattr(self.module, inner),
            'ref': lambda: objects[inner],
        }[kind]()

    def apply(self, op, objects):
        kind, on, name, args, kwargs = op
        args = self.decode(args, objects)
        kwargs = {key: self.decode(value, objects) for key, value in kwargs.items()}
        if kind == 'new':
            result = self.module.ArgumentParser(*args, **kwargs)
        else:
            method = {'arg': 'add_argument', 'group': 'add_argument_group', 'mutex': 'add_mutually_exclusive_group',
                      'subparsers': 'add_subparsers', 'parser': 'add_parser'}.get(kind, kind)
            result = getattr(objects[on], method)(*args, **kwargs)
        if name is not None:
            objects[name] = result

    def build(self, ops):
        objects = {}
        for op in ops:
            self.apply(op, objects)
        return objects

    @contextlib.contextmanager
    def surroundings(self, case, vector):
        before, argv, folder = dict(os.environ), sys.argv, os.getcwd()
        for name in ('FORCE_COLOR', 'PYTHON_COLORS'):
            os.environ.pop(name, None)
        os.environ.update(ENV, NO_COLOR='1')
        for name, value in vector.get('env', {}).items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        sys.argv = ['prog.py']
        own = tempfile.mkdtemp() if 'files' in case else None
        try:
            if own:
                os.chdir(own)
                for file in case['files']:
                    with open(file['name'], 'w', encoding='utf-8', newline='') as out:
                        out.write(file['text'])
            yield
        finally:
            os.chdir(folder)
            if own:
                shutil.rmtree(own)
            sys.argv = argv
            os.environ.clear()
            os.environ.update(before)

    def outcome(self, case, vector):
        def stream():
            return io.TextIOWrapper(io.BytesIO(), 'utf-8', 'surrogateescape', newline='\n', write_through=True)
        result, out, err = {}, stream(), stream()
        with self.surroundings(case, vector), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            objects = self.build(case['ops'])
            try:
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    parser = objects[vector.get('on', 0)]
                    method = getattr(parser, vector['m'])
                    if vector['m'].startswith('format'):
                        result['text'] = encode(method())
                    else:
                        args = [self.decode(vector['argv'], objects)]
                        if 'namespace' in vector:
                            values = vector['namespace']['v'].items()
                            args.append(self.module.Namespace(**{k: self.decode(v, objects) for k, v in values}))
                        result['ns'] = method(*args)
                        if 'known' in vector['m']:
                            result['ns'], extras = result['ns']
                            result['extras'] = [encode(extra) for extra in extras]
                        result['ns'] = {name: encode(value) for name, value in vars(result['ns']).items()}
            except SystemExit as stop:
                result = {'exit': stop.code}
            except Exception as error:
                result = {'raises': type(error).__name__, 'msg': encode(str(error))}
                if not isinstance(error, self.module.ArgumentError) and 'intermixed' not in str(error):
                    result['crash'] = True
        for name, text in (('out', out), ('err', err)):
            text = text.buffer.getvalue().decode('utf-8', 'surrogateescape')
            if text:
                result[name] = encode(text)
        return result


class Author:
    """Thinks definitions and command lines up."""

    def __init__(self, seed, runner):
        self.random, self.runner = random.Random(seed), runner
        self.known = inspect.signature(runner.module.ArgumentParser).parameters
        self.deprecates = 'deprecated' in inspect.signature(runner.module.Action).parameters

    def chance(self, probability):
        return self.random.random() < probability

    def prose(self, most):
        return ' '.join(self.random.choice(PROSE) for _ in range(self.random.randint(1, most)))

    def help(self):
        text = self.prose(self.random.choice([3, 8, 25]))
        tail = ['', '', ' (default: %(default)s)', ' %(default)r', ' %(type)s of %(dest)s', ' [%(choices)s]', ' %(prog)s',
                ' %(nargs)s %(const)s', ' %(metavar)s %(required)s', ' %(option_strings)s', '\n  more\tlines \u00a0', ' 50% of']
        return text + self.random.choice(tail)

    def default(self, kind):
        pool = {'int': [0, 7, -2, '5', 'x', 2 ** 62], 'float': [0.1, 1e16, '2.5', 3, '1e400'],
                'complex': [tagged('complex', [0.0, 1.5]), '1+2j', tagged('complex', [-0.0, -1.0])], 'bool': [True, '', 'x']}
        general = [None, None, 'plain', "it's", '', ['a', 1], tagged('SUPPRESS'), False, 1.5, 'x\u00e9\t']
        return self.random.choice(pool.get(kind, []) + general)

    def argument(self, definition, scope):
        kwargs, number = {}, definition.fresh()
        option = self.chance(.62)
        if option:
            mark = self.random.choice(scope.prefix)
            name = self.random.choice(NAMES)
            strings = self.random.choice([[mark + name[0], mark * 2 + name], [mark * 2 + name], [mark + name[0]], [mark + name],
                                          [mark * 2 + name, mark * 2 + self.random.choice(NAMES)]])
            if self.chance(.03):
                strings = [mark + self.random.choice(['1', '.5', '-', '2x', ''])]
            action = self.random.choice(['store'] * 7 + ['append', 'extend', 'count', 'store_true', 'store_false', 'store_const',
                                                         'append_const', 'version', 'bool', 'help'])
            if self.chance(.08):
                kwargs['required'] = True
            if self.chance(.12):
                kwargs['dest'] = self.random.choice(['shared', 'alpha', 'dest_x'])
        else:
            strings = [self.random.choice(POSITIONALS)]
            action = self.random.choice(['store'] * 8 + ['append', 'extend'])
        if action != 'store':
            kwargs['action'] = tagged('class', 'BooleanOptionalAction') if action == 'bool' else action
        kind = None
        if action in ('store', 'append', 'extend'):
            kind = self.random.choice([None, None, None, 'int', 'int', 'float', 'str', 'complex', 'bool'])
            if kind:
                kwargs['type'] = tagged('py', kind)
            nargs = self.random.choice([None] * 4 + [1, 2, 3, '?', '?', '*', '*', '+', '+', '...'])
            if self.chance(.03):
                nargs = self.random.choice(['A...', tagged('SUPPRESS'), 0])
            if nargs is not None:
                kwargs['nargs'] = nargs
            if self.chance(.5 if nargs == '?' and option else .02):
                kwargs['const'] = self.default(kind)
            if self.chance(.18):
                kwargs['choices'] = self.random.choice({'int': [[1, 2, 30], tagged('range', [0, 9, 3]), tagged('range', [5, -5, -2])],
                                                        'float': [[0.5, 1.0]]}.get(kind, [['red', 'green', 'blue'], 'xyz',
                                                                                          tagged('tuple', ["it's", 'a b'])]))
            if self.chance(.25):
                kwargs['metavar'] = self.random.choice(['META', 'a long one', '', tagged('tuple', ['A', 'B']), tagged('tuple', ['A']),
                                                        tagged('tuple', ['A', 'B', 'C'])])
        elif action in ('store_const', 'append_const'):
            kwargs['const'] = self.default(None)
        elif action == 'version':
            kwargs['version'] = '%(prog)s 2.0 ' + self.prose(12)
        if action not in ('version', 'help') and self.chance(.4):
            kwargs['default'] = self.default(kind)
            if action in ('append', 'extend', 'append_const', 'count'):
                kwargs['default'] = self.random.choice([None, ['z'], []] if action != 'count' else [None, 0, 3])
        if self.chance(.7):
            kwargs['help'] = tagged('SUPPRESS') if self.chance(.08) else self.help()
        if self.chance(.05) and self.deprecates:
            kwargs['deprecated'] = True
        on = self.random.choice(scope.places)
        definition.try_op(['arg', on, number, strings, kwargs], scope)

    def settings(self, top):
        kwargs = {}
        for name, probability, value in (
                ('description', .4, lambda: self.prose(20)), ('epilog', .2, lambda: self.prose(30)),
                ('usage', .05, lambda: self.random.choice(['%(prog)s [things]', tagged('SUPPRESS'), '100%%'])),
                ('allow_abbrev', .1, lambda: False), ('add_help', .12, lambda: False), ('exit_on_error', .1, lambda: False),
                ('argument_default', .06, lambda: self.random.choice([tagged('SUPPRESS'), '5', 9])),
                ('conflict_handler', .12, lambda: 'resolve'), ('suggest_on_error', .3, lambda: True),
                ('fromfile_prefix_chars', .1, lambda: '@'),
                ('formatter_class', .35, lambda: tagged('class', self.random.choice(
                    ['RawDescriptionHelpFormatter', 'RawTextHelpFormatter', 'ArgumentDefaultsHelpFormatter'])))):
            if self.chance(probability) and name in self.known:
                kwargs[name] = value()
        if top and self.chance(.75):
            kwargs['prog'] = self.random.choice(['tool', 'p', 'a-program-with-a-really-rather-long-name-of-its-own', 'two words'])
        if self.chance(.1):
            kwargs['prefix_chars'] = self.random.choice(['+', '-+', '/', '-/'])
        return kwargs

    def fill(self, definition, scope, most):
        for _ in range(self.random.randint(0, most)):
            if self.chance(.1):
                number = definition.fresh()
                args = [self.random.choice(['things', 'more things', 'options'])]
                kwargs = {'description': self.prose(10)} if self.chance(.5) else {}
                if definition.try_op(['group', scope.parser, number, args, kwargs], scope):
                    scope.places.append(number)
            if self.chance(.15):
                number = definition.fresh()
                on = self.random.choice([place for place in scope.places if place not in scope.exclusive])
                if definition.try_op(['mutex', on, number, [], {'required': True} if self.chance(.4) else {}], scope):
                    scope.places.append(number)
                    scope.exclusive.add(number)
            self.argument(definition, scope)
        if self.chance(.12):
            values = {name: self.default(None) for name in self.random.sample(['alpha', 'shared', 'src', 'func'], 2)}
            definition.try_op(['set_defaults', scope.parser, None, [], values], scope)

    def commands(self, definition, scope, depth):
        number = definition.fresh()
        kwargs = {}
        for name, value in (('dest', 'command'), ('required', True), ('title', 'the commands'), ('metavar', 'CMD'),
                            ('description', self.prose(6)), ('help', self.help()), ('prog', 'other')):
            if self.chance({'prog': .06, 'help': .3}.get(name, .4)):
                kwargs[name] = value
        if not definition.try_op(['subparsers', scope.parser, number, [], kwargs], scope):
            return
        for name in self.random.sample(['init', 'ini', 'push', 'pull-all', 'status'], self.random.randint(1, 4)):
            child = definition.fresh()
            kwargs = self.settings(False)
            if self.chance(.6):
                kwargs['help'] = self.help()
            if self.chance(.2):
                kwargs['aliases'] = [name[:2], name.upper()]
            if self.chance(.1) and self.deprecates:
                kwargs['deprecated'] = True
            if definition.try_op(['parser', number, child, [name], kwargs], scope):
                below = Scope(child, kwargs.get('prefix_chars', '-'))
                scope.names.append(name)
                definition.scopes.append(below)
                self.fill(definition, below, 4)
                if depth < 2 and self.chance(.2):
                    self.commands(definition, below, depth + 1)

    def definition(self, name):
        definition = Definition(name, self.runner)
        kwargs = self.settings(True)
        if self.chance(.12):
            parent = Scope(definition.fresh(100), '-')
            definition.try_op(['new', None, parent.parser, [], {'add_help': False}], parent)
            self.fill(definition, parent, 4)
            kwargs['parents'] = [tagged('ref', parent.parser)]
        scope = Scope(0, kwargs.get('prefix_chars', '-'))
        if not definition.try_op(['new', None, 0, [], kwargs], scope):
            definition = Definition(name, self.runner)
            kwargs.pop('parents', None)
            definition.try_op(['new', None, 0, [], kwargs], scope)
        definition.scopes.append(scope)
        self.fill(definition, scope, 8)
        if self.chance(.25):
            self.commands(definition, scope, 0)
            self.fill(definition, scope, 1)
        definition.case['ops'] = [op for op in definition.case['ops'] if definition.holds_something(op)]
        if kwargs.get('fromfile_prefix_chars'):
            more = '\n'.join(self.random.choice(LINE_WORDS[:-2]) for _ in range(3))
            definition.case['files'] = [
                {'name': 'args.txt', 'text': self.random.choice(['\n', '\r\n']).join(self.random.choices(LINE_WORDS, k=4)) + '\n'},
                {'name': 'more.txt', 'text': more}]
        return definition

    def word(self, strings):
        option = self.random.choice(strings or ['-x'])
        shapes = [option, option, option, option[:self.random.randint(1, len(option))], option + '=v', option + '=', option + '7',
                  option + 'vn', option + '=a b']
        other = ['w', 'w', 'red', 'gren', '1', '2', '30', '-1', '-1.5', '-.5', '-1e5', '-3x', '1_0', ' 4 ', 'nan', '1+2j', '--', '--', '',
                 '-', 'a b', '-z', '--zz', '--no-alpha', '-vvn', "it's", '\u0663', '-\u0663', tagged('bytes') | {'hex': 'ff41'},
                 tagged('bytes') | {'hex': '2d78ff'}, '+e', '/v', '@args.txt', '@none', 'x=y', '-x y']
        return self.random.choice(shapes if self.chance(.45) else other)

    def sensible(self, definition, scope):
        """Words that have a chance to fit."""
        groups, done = [], set()
        for kind, on, number, args, kwargs in definition.case['ops']:
            if kind != 'arg' or on not in scope.places:
                continue
            nargs, option = kwargs.get('nargs'), args[0][0] in scope.prefix
            if option and (kwargs.get('action') in ('help', 'version') or not kwargs.get('required') and self.chance(.5)):
                continue
            least, most = {None: (1, 1), '?': (0, 1), '*': (0, 3), '+': (1, 3), '...': (0, 3), 'A...': (1, 3)}.get(
                nargs if not isinstance(nargs, dict) else None, (nargs, nargs))
            if kwargs.get('action', 'store') not in ('store', 'append', 'extend') or isinstance(nargs, dict):
                least = most = 0
            kind = kwargs.get('type', {}).get('v')
            pool = {'int': ['3', '-4', '30'], 'float': ['.5', '1e3'], 'complex': ['2j']}.get(kind, ['w', 'a b', '', '-'])
            choices = kwargs.get('choices')
            if isinstance(choices, list):
                pool = [str(choice) for choice in choices]
            values = [self.random.choice(pool) for _ in range(self.random.randint(least, most))]
            if not option:
                groups.append(values)
                continue
            string = self.random.choice(args)
            if self.chance(.2) and len(string) > 3:
                string = string[:self.random.randint(3, len(string))]
            if len(values) == 1 and self.chance(.4):
                groups.append([string + ('=' if len(string) > 2 or self.chance(.3) else '') + values[0]])
            else:
                groups.append([string] + values)
            done.add(number)
        if self.chance(.4):
            self.random.shuffle(groups)
        words = [word for group in groups for word in group]
        if scope.names and self.chance(.9):
            words.append(self.random.choice(scope.names))
            words += self.sensible(definition, self.random.choice(definition.scopes))
        return words

    def vectors(self, definition, count):
        case = definition.case
        strings = [string for op in case['ops'] if op[0] == 'arg' for string in op[3]]
        names = [name for scope in definition.scopes for name in scope.names]
        vectors = list(definition.refused)
        for method in ('format_usage', 'format_help'):
            vector = {'m': method}
            if self.chance(.6):
                vector['env'] = {'COLUMNS': str(self.random.choice([0, 1, 12, 25, 40, 60, 130]))}
            if self.chance(.15):
                vector['env'] = dict(vector.get('env', {}), NO_COLOR=None, FORCE_COLOR='1')
            others = [scope.parser for scope in definition.scopes if scope.parser]
            if others and self.chance(.4):
                vector['on'] = self.random.choice(others)
            vectors.append(vector)
        for _ in range(count):
            words = self.sensible(definition, definition.scopes[0]) if self.chance(.6) else []
            for _ in range(self.random.choice([0, 0, 1, 1, 2, 5])):
                words.insert(self.random.randint(0, len(words)), self.word(strings))
            if names and self.chance(.2):
                words.insert(self.random.randint(0, len(words)), self.random.choice(names + ['statsu', 'pus']))
            method = self.random.choice(['parse_args'] * 4 + ['parse_known_args'] * 2 + ['parse_intermixed_args',
                                                                                         'parse_known_intermixed_args'])
            vector = {'m': method, 'argv': words}
            if self.chance(.06):
                vector['namespace'] = tagged('ns', {'alpha': self.random.choice([None, 'was', ['was']]), 'new': 1})
            vectors.append(vector)
        for vector in vectors:
            if 'op' not in vector:
                vector.update(self.runner.outcome(case, vector))
        case['vectors'] = vectors


class Scope:
    def __init__(self, parser, prefix):
        self.parser, self.prefix, self.places, self.exclusive, self.names = parser, prefix, [parser], set(), []


class Definition:
    def __init__(self, name, runner):
        self.case = {'name': name, 'ops': [], 'vectors': []}
        self.runner, self.scopes, self.refused, self.numbers = runner, [], [], 0

    def fresh(self, offset=0):
        self.numbers += 1
        return self.numbers + offset

    def try_op(self, op, scope):
        """Adds the call, or a vector that says how it is refused."""
        with self.runner.surroundings({}, {}), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            objects = self.runner.build(self.case['ops'])
            try:
                self.runner.apply(op, objects)
                for place in objects.values():
                    if isinstance(place, self.runner.module.ArgumentParser):
                        place.format_help()
            except Exception as error:
                refused = isinstance(error, (ValueError, TypeError, self.runner.module.ArgumentError))
                where = sys.exc_info()[2]
                while where.tb_next:
                    where = where.tb_next
                # Only what the call itself refuses: a help that cannot be written is Python's own failure.
                refused &= 'list.remove' not in str(error)
                if refused and op[0] in ('arg', 'subparsers', 'parser') and 'format_help' not in _names(sys.exc_info()[2]):
                    self.refused.append({'n': len(self.case['ops']), 'm': op[0], 'op': [op[1], None, op[3], op[4]],
                                         'raises': type(error).__name__, 'msg': encode(str(error))})
                return False
        self.case['ops'].append(op)
        return True

    def holds_something(self, op):
        """Python cannot show an exclusive group without members in some versions."""
        keep = op[0] != 'mutex' or any(other[1] == op[2] for other in self.case['ops'])
        if not keep:
            self.refused.clear()
        return keep


def _names(traceback):
    names = set()
    while traceback:
        names.add(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    return names


def load(path):
    colors = os.path.join(os.path.dirname(path), '_colorize.py')
    if os.path.exists(colors):
        import typing
        from collections.abc import Callable, Iterator, Mapping
        module = types.ModuleType('_colorize')
        vars(module).update({name: getattr(typing, name) for name in typing.__all__})
        vars(module).update(Callable=Callable, Iterator=Iterator, Mapping=Mapping)
        sys.modules['_colorize'] = module
        with open(colors, encoding='utf-8') as source:
            exec(compile(source.read(), colors, 'exec'), vars(module))
    spec = importlib.util.spec_from_file_location('argparse_other', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    args = sys.argv[1:]
    module, version = None, sys.version.split()[0]
    if '--module' in args:
        at = args.index('--module')
        module = load(args[at + 1])
        # What only a newer one has.
        version = '3.14' if hasattr(module.HelpFormatter, '_set_color') else version
        del args[at:at + 2]
    if module is None:
        import argparse as module
    if len(args) < 4 or args[0] != 'record':
        sys.exit(__doc__)
    _, out, seed, count = args[:4]
    per_case = int(args[4]) if len(args) > 4 else 8
    runner = Runner(module)
    author = Author(int(seed), runner)
    cases = []
    while len(cases) < int(count):
        definition = author.definition('random %s-%d' % (seed, len(cases)))
        author.vectors(definition, per_case)
        cases.append(definition.case)
    meta = {'python': sys.version.split()[0], 'argparse': version, 'seed': int(seed), 'env': ENV, 'argv0': 'prog.py'}
    with open(out, 'w', encoding='utf-8') as file:
        file.write('{"meta": %s,\n"doc": %s,\n"cases": [\n' % (json.dumps(meta), json.dumps(DOC)))
        file.write(',\n'.join(json.dumps(case, ensure_ascii=False) for case in cases))
        file.write('\n]}\n')
    print(len(cases), 'definitions,', sum(len(case['vectors']) for case in cases), 'vectors')


if __name__ == '__main__':
    main()
