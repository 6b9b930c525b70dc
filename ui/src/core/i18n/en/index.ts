import apply from './apply.json'
import core from './core.json'
import form from './form.json'
import kit from './kit.json'
import problem from './problem.json'

export default { apply, core, form, kit, problem }
