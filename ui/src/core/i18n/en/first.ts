import core from './core.json'
import form from './form.json'
import home from './home.json'
import kit from './kit.json'
import problem from './problem.json'

export default { core, form, home, kit, problem }
